import { InvalidArgumentError, Option } from 'commander';

/** Which hub to ask. */
export function serverOption(): Option {
  const standard = 'default: ISTHMUS_SERVER, else hub.http of the configuration';
  return new Option('--server <url>', `the hub to ask (${standard})`);
}

/** `-o`, of these forms; the first one is the default. */
export function outputOption(...forms: readonly string[]): Option {
  return new Option('-o, --output <form>', 'form of the answer').choices(forms).default('text');
}

/** Whole seconds. */
export function parseSeconds(text: string): number {
  const seconds = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(seconds)) throw new InvalidArgumentError('Write seconds, as 300.');
  return seconds;
}

/** A duration as the configuration writes it, in ms. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9][0-9]{0,4})(s|m|h|d)$/.exec(text) ?? [];
  if (unit === undefined) throw new InvalidArgumentError('Write a duration, as 30m or 2h.');
  return Number(count) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd'];
}

/** `-c`. */
export function configOption(): Option {
  return new Option('-c, --config <file>', 'the configuration').default('isthmus.yaml');
}
