import { dirname } from 'node:path';
import { formatProblem, parseConfig } from '@isthmus/config';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Files } from './files.js';

/** Where a hub may be named. */
export interface HubHints {
  /** `--server`. */
  readonly server: string | undefined;
  /** `ISTHMUS_SERVER`. */
  readonly environment: string | undefined;
  /** The configuration as the person named it, and its absolute path. */
  readonly config: { readonly shown: string; readonly path: string };
}

/** Why a command cannot go on. */
export interface Failure {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** The URL of the hub: `--server`, else `ISTHMUS_SERVER`, else `hub.http` of the configuration, asked on this machine. */
export async function findHub(hints: HubHints, files: Files): Promise<Result<string, Failure>> {
  const named = hints.server ?? hints.environment;
  if (named !== undefined && named !== '') return baseUrl(named);
  const { shown, path } = hints.config;
  const text = await files.read(path);
  if (!text.ok) {
    const way = 'name the hub with --server or ISTHMUS_SERVER, or its configuration with -c';
    return err({ exitCode: EXIT.error, lines: [`isthmus: cannot read ${shown}: ${text.error} → ${way}`] });
  }
  const parsed = parseConfig(text.value, { file: shown, folder: dirname(path) });
  if (!parsed.ok) return err({ exitCode: EXIT.badConfiguration, lines: parsed.error.map(formatProblem) });
  return ok(localUrl(parsed.value.configuration.hub.http));
}

/** The URL of a hub as a person wrote it, without a slash at its end. */
export function baseUrl(text: string): Result<string, Failure> {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return ok(`${url.origin}${url.pathname.replace(/\/+$/, '')}`);
  }
  return err({
    exitCode: EXIT.usage,
    lines: [`isthmus: ${text} is no URL of a hub → write it as http://isthmus.example.com:8080`],
  });
}

/** An address that means “every interface” is reached on the loopback. */
function localUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}
