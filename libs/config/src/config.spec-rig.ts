import type { Configuration } from '@isthmus/model';
import { parseConfig } from './parse-config.js';
import type { ConfigProblem } from './problem.js';

/** Where a spec's texts come from. */
export const ORIGIN = { file: 'isthmus.yaml', folder: '/etc/isthmus' };

/** What every text begins with. */
export const HEAD = 'apiVersion: isthmus.dev/v1\nhub: { name: prod }\n';

/** The errors of a text, or the warnings of a legal one. */
export function problemsIn(text: string): readonly ConfigProblem[] {
  const parsed = parseConfig(text, ORIGIN);
  return parsed.ok ? parsed.value.warnings : parsed.error;
}

/** The errors of a text; none: it is legal. */
export function errorsIn(text: string): readonly ConfigProblem[] {
  return problemsIn(text).filter(({ severity }) => severity === 'error');
}

/** What a legal text says; throws with the errors of another. */
export function configurationIn(text: string): Configuration {
  const parsed = parseConfig(text, ORIGIN);
  if (!parsed.ok) throw new Error(parsed.error.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return parsed.value.configuration;
}
