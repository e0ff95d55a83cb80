import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface EmulatorArguments {
  readonly port: number;
  readonly seedFile: string | undefined;
  readonly limits: 'aws' | 'off';
  readonly randomSeed: number;
}

/** Reads the command line; throws an Error that says what is wrong with it. */
export function parseArguments(args: readonly string[]): EmulatorArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      seed: { type: 'string' },
      limits: { type: 'string', default: 'off' },
      'random-seed': { type: 'string', default: '1' },
    },
  });
  if (values.limits !== 'aws' && values.limits !== 'off') throw new Error('--limits must be aws or off');
  return {
    port: wholeNumber('--port', values.port, 65_535),
    seedFile: values.seed,
    limits: values.limits,
    randomSeed: wholeNumber('--random-seed', values['random-seed'], 2 ** 31),
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new Error(`${option} must be a whole number from 0 to ${most}`);
}
