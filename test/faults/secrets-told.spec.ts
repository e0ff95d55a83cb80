import { CLUSTER_COUNT, LeakyEstate, routes } from './leaky-estate.js';
import { leaksIn } from './leaky-world.js';

/** More of them: ISTHMUS_RUNS=1000. */
const RUNS = Number(process.env['ISTHMUS_RUNS'] ?? 40);

/** Faults that are met in the runs. */
const CODES = ['access-denied', 'throttled', 'kubeconfig-refused', 'unauthorized', 'forbidden', 'token-unavailable'];

/** What a leak stands in. */
function around(said: string, leak: string): string {
  const start = Math.max(0, said.indexOf(leak) - 200);
  return `…${said.slice(start, start + 300)}…`;
}

describe('secrets of AWS, clusters and people', () => {
  let estate: LeakyEstate;
  beforeAll(async () => {
    estate = await LeakyEstate.start();
  }, 20_000);
  afterAll(() => estate?.close());

  it(`are in no HTTP answer, log line, output of a command or written object of ${RUNS} runs in which everybody repeats them`, async () => {
    const leaks: string[] = [];
    let all = '';
    // It must be told much, or it proves nothing: a few more rounds where what AWS is asked first went well.
    const missing = (): readonly string[] => CODES.filter((code) => !all.includes(code));
    for (let seed = 1; seed * CLUSTER_COUNT <= RUNS || (missing().length > 0 && seed < 20); seed += 1) {
      const said = await estate.round(seed);
      leaks.push(...leaksIn(said).map((leak) => `seed ${seed}: ${around(said, leak)}`));
      all += said;
    }
    expect(leaks.slice(0, 3)).toEqual([]);
    expect(missing()).toEqual([]);
    // What the doctor, the plan and `cluster add` print; a fault of AWS and one of a cluster.
    for (const line of [/^cluster c0$/m, /^not read: cluster c0/m, /^kind: RoleBinding$/m, /✗ aws +/, /✗ auth +/]) {
      expect(all).toMatch(line);
    }
  }, 600_000);

  it('were looked for in every route of the hub', () => {
    expect(routes().toSorted()).toEqual([
      '/api/openapi.json',
      '/api/v1/clusters/:name/components',
      '/api/v1/clusters/:name/plan',
      '/api/v1/hosts/:host',
      '/api/v1/status',
      '/livez',
      '/metrics',
      '/readyz',
    ]);
  });
});
