import { manifestOf } from '@isthmus/federation';
import type { DesiredEntry } from '@isthmus/model';
import { cluster, DecisionWorld } from '@isthmus/testing';
import fc from 'fast-check';
import { Agent } from 'node:https';
import { violationsOf } from '../../libs/desired/src/validator/violations.js';
import { createBody } from '../../libs/kubernetes/src/entry-body.js';
import { HOSTILE_SERVICE, largeService, ROUTES, snapshotsOf } from './hostile-services.js';
import type { AnyEntry } from './mutations.js';
import { MUTATIONS, VALID } from './mutations.js';
import type { ApiReply } from './servers/index.js';
import { callApi, describeOnServers, NAMESPACE, TestSite } from './servers/index.js';

const SERVICES = Number(process.env['ISTHMUS_SERVICES'] ?? '5000');
const SEED = Number(process.env['ISTHMUS_SEED'] ?? '2026');
const BATCH = 100;
const PATH =
  `/apis/networking.istio.io/v1/namespaces/${NAMESPACE}/serviceentries` +
  '?dryRun=All&fieldManager=isthmus&fieldValidation=Strict';

describeOnServers('legality', (binaries) => {
  let site: TestSite;
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });

  beforeAll(async () => {
    site = await TestSite.start(binaries, ['c']);
  });
  afterAll(async () => {
    agent.destroy();
    await site.stop();
  });

  /** What the server would say to the creation of an entry, as the hub sends it. */
  function dryRun(entry: DesiredEntry | AnyEntry): Promise<ApiReply> {
    const { server, hubToken } = site.cluster('c');
    const peer = { url: server.url, caPem: server.caPem, token: hubToken, agent };
    const body = createBody(manifestOf(entry as DesiredEntry, 1), 'networking.istio.io/v1');
    return callApi(peer, { method: 'POST', path: PATH, body });
  }

  async function refusals(entries: readonly DesiredEntry[]): Promise<readonly string[]> {
    const replies = await Promise.all(entries.map(async (entry) => ({ entry, reply: await dryRun(entry) })));
    return replies
      .filter(({ reply }) => reply.status !== 201)
      .map(({ entry, reply }) => `${entry.name}: ${reply.status} ${reply.text.slice(0, 400)}`);
  }

  function desiredOf(...world: Parameters<typeof decide>): readonly DesiredEntry[] {
    return decide(...world).plan.changes.flatMap((change) => (change.kind === 'create' ? [change.desired] : []));
  }

  it.each(ROUTES.map((route, i) => [i, route] as const))(
    'sends nothing that a real API server refuses, whatever is registered, by route %i',
    async (index, route) => {
      const count = Math.ceil(SERVICES / ROUTES.length);
      const services = fc.sample(HOSTILE_SERVICE, { numRuns: count, seed: SEED + index });
      let sent = 0;
      for (let next = 0; next < services.length; next += BATCH) {
        const entries = desiredOf(route, services.slice(next, next + BATCH));
        sent += entries.length;
        expect(await refusals(entries)).toEqual([]);
      }
      process.stderr.write(`route ${index}: ${count} services, ${sent} entries, none refused (seed ${SEED + index})\n`);
      expect(sent).toBeGreaterThan(count / 3);
    },
    300_000,
  );

  it.each([0, 1, 250, 251, 1_000, 5_000])('sends what is legal for a service of %i instances', async (count) => {
    const [first] = ROUTES;
    if (first === undefined) throw new Error('no route');
    const entries = desiredOf(first, [largeService('large', count)]);
    expect(entries.flatMap(({ spec }) => spec.endpoints)).toHaveLength(count);
    expect(await refusals(entries)).toEqual([]);
  });

  it.each(MUTATIONS)('lets nothing pass that a real API server refuses: %s', async (_, change, server) => {
    const entry = change(VALID);
    const { status, text } = await dryRun(entry);
    expect([status === 201 ? 'accepted' : 'refused', status === 201 ? '' : text]).toEqual([
      server,
      server === 'accepted' ? '' : text,
    ]);
    const violations = violationsOf(entry as unknown as DesiredEntry, NAMESPACE);
    if (server === 'refused') expect(violations).not.toEqual([]);
  });
});

function decide(route: (typeof ROUTES)[number], services: Parameters<typeof snapshotsOf>[0]) {
  const world = new DecisionWorld();
  world.input = { ...world.input, cluster: cluster({ routes: [route] }) };
  return world.decide(...snapshotsOf(services));
}
