import { parseArguments } from './arguments.js';

describe('parseArguments', () => {
  it('takes a free port, no request rates and random seed 1 unless told otherwise', () => {
    expect(parseArguments([])).toEqual({ port: 0, seedFile: undefined, limits: 'off', randomSeed: 1 });
  });

  it('reads every option', () => {
    const args = ['--port', '4570', '--seed', 'seed.yaml', '--limits', 'aws', '--random-seed', '7'];
    expect(parseArguments(args)).toEqual({ port: 4570, seedFile: 'seed.yaml', limits: 'aws', randomSeed: 7 });
  });

  it.each([
    ['a port beyond 65535', ['--port', '65536'], '--port must be'],
    ['limits that it does not know', ['--limits', 'gcp'], '--limits must be'],
    ['a random seed in words', ['--random-seed', 'dice'], '--random-seed must be'],
    ['an unknown option', ['--prot', '1'], '--prot'],
  ])('refuses %s', (_, args, message) => {
    expect(() => parseArguments(args)).toThrow(message);
  });
});
