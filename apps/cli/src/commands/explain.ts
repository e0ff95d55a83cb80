import type { HostExplanation, RejectionExplanation } from '@isthmus/federation';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { AskHub, HubAnswer } from './ask-hub.js';
import { isObject } from './ask-hub.js';
import type { DocumentForm } from './document.js';
import { printable, printDocument, printLines } from './document.js';
import { explanationLines } from './explanation-text.js';
import type { Files } from './files.js';
import type { Failure, HubHints } from './find-hub.js';
import { findHub } from './find-hub.js';

/** What to explain, and who knows. */
export interface ExplainOptions {
  readonly host: string;
  /** Of all clusters, only this one. */
  readonly cluster: string | undefined;
  readonly hints: HubHints;
  readonly output: 'text' | DocumentForm;
}

/** What explaining needs of the world. */
export interface ExplainSurroundings {
  readonly terminal: Terminal;
  readonly files: Files;
  readonly askHub: AskHub;
}

/** Asks a hub why a host is what it is in each cluster, prints the answer and gives the exit code. */
export async function runExplain(options: ExplainOptions, around: ExplainSurroundings): Promise<number> {
  const { terminal } = around;
  const found = await ask(options, around);
  if (!found.ok) {
    for (const line of found.error.lines) terminal.tell(printable(line), 'bad');
    return found.error.exitCode;
  }
  const { output } = options;
  if (output === 'text') printLines(explanationLines(found.value), terminal);
  else printDocument(found.value, output, terminal);
  return EXIT.ok;
}

async function ask(
  { hints, host, cluster }: ExplainOptions,
  { files, askHub }: ExplainSurroundings,
): Promise<Result<HostExplanation, Failure>> {
  const hub = await findHub(hints, files);
  if (!hub.ok) return hub;
  const answer = await askHub(hub.value, `/api/v1/hosts/${encodeURIComponent(host)}`);
  if (!answer.ok) return answer;
  const explained = read(answer.value, host);
  return explained.ok && cluster !== undefined ? only(explained.value, cluster) : explained;
}

function read({ status, body }: HubAnswer, host: string): Result<HostExplanation, Failure> {
  if (status === 200 && isObject(body) && Array.isArray(body['clusters']) && Array.isArray(body['notMapped'])) {
    return ok(body as unknown as HostExplanation);
  }
  const problem = isObject(body) ? body : {};
  if (status === 404 && Array.isArray(problem['near'])) return err(unknown(host, problem));
  const detail = typeof problem['detail'] === 'string' ? `: ${problem['detail']}` : '';
  return err({
    exitCode: EXIT.error,
    lines: [`isthmus: the hub answered ${status}${detail} → is it as new as this command?`],
  });
}

function unknown(host: string, problem: Record<string, unknown>): Failure {
  const near = problem['near'] as readonly string[];
  const refused = (problem['refused'] ?? []) as readonly RejectionExplanation[];
  return {
    exitCode: EXIT.error,
    lines: [
      `isthmus: no service and no ServiceEntry has the host ${host}`,
      ...(near.length === 0 ? [] : [`  did you mean ${near.join(', ')}?`]),
      ...refused.map(
        ({ host, source, reason, meaning, detail }) =>
          `  ${host} of source ${source} was refused: ${reason}, ${meaning} (${detail})`,
      ),
    ],
  };
}

/** The answer for one cluster; unknown when the cluster has nothing to do with the host. */
function only(explanation: HostExplanation, cluster: string): Result<HostExplanation, Failure> {
  const clusters = explanation.clusters.filter(({ name }) => name === cluster);
  const notMapped = explanation.notMapped.filter((service) => service.cluster === cluster);
  if (clusters.length > 0 || notMapped.length > 0) return ok({ ...explanation, clusters, notMapped });
  const others = [...explanation.clusters.map(({ name }) => name), ...explanation.notMapped.map((one) => one.cluster)];
  const names = [...new Set(others)].join(', ');
  return err({
    exitCode: EXIT.error,
    lines: [`isthmus: no cluster ${cluster} has to do with ${explanation.host} → it is known in ${names}`],
  });
}
