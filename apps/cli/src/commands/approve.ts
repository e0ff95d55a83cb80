import { dirname } from 'node:path';
import { addApproval, approvalEntry, parseConfig } from '@isthmus/config';
import type { ClusterComponents, PlanView } from '@isthmus/federation';
import type { Approval, Code, HeldRemoval, Result } from '@isthmus/model';
import { clusterName, CODES, err, ok } from '@isthmus/model';
import { EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';
import type { AskHub } from './ask-hub.js';
import { isObject } from './ask-hub.js';
import { printable } from './document.js';
import type { EditableFiles } from './files.js';
import type { Failure, HubHints } from './find-hub.js';
import { findHub } from './find-hub.js';

/** What to approve. */
export interface ApproveOptions {
  readonly cluster: string;
  readonly hints: HubHints;
  /** What the person has seen; anything else is not approved. */
  readonly hash: string | undefined;
  /** For how long the approval holds, in ms. */
  readonly forMs: number;
  /** Put the approval into the configuration file. */
  readonly write: boolean;
}

/** What approving needs of the world. */
export interface ApproveSurroundings {
  readonly terminal: Terminal;
  readonly files: EditableFiles;
  readonly askHub: AskHub;
  /** Epoch. */
  readonly nowMs: number;
}

/**
 * Shows what is held in a cluster and the approval that lets it go, and puts that into the configuration when asked to.
 * The hub itself is asked only: whoever may change its configuration may approve.
 */
export async function runApprove(options: ApproveOptions, around: ApproveSurroundings): Promise<number> {
  const done = await approve(options, around);
  if (done.ok) return EXIT.ok;
  for (const line of done.error.lines) around.terminal.tell(printable(line), 'bad');
  return done.error.exitCode;
}

interface Held {
  readonly hub: string;
  readonly hash: string;
  readonly removals: readonly HeldRemoval[];
  /** Component → `cart in shop`. */
  readonly services: ReadonlyMap<string, string>;
}

async function approve(options: ApproveOptions, around: ApproveSurroundings): Promise<Result<void, Failure>> {
  const { cluster, hash, write } = options;
  if (write && hash === undefined) {
    return fail(EXIT.usage, `--write needs --hash → run it without, look at what is held, and name that by --hash`);
  }
  const held = await askHeld(options, around);
  if (!held.ok) return held;
  if (hash !== undefined && hash !== held.value.hash) {
    const line = `what is held in ${cluster} is ${held.value.hash} now, not ${hash} → look at it again, without --hash`;
    return fail(EXIT.error, line);
  }
  showHeld(held.value, options, around.terminal);
  const approval = {
    cluster: clusterName(cluster),
    removals: held.value.hash,
    untilMs: Math.ceil((around.nowMs + options.forMs) / 1000) * 1000,
  };
  return write ? writeApproval(approval, options, around) : showApproval(approval, options, around.terminal);
}

async function askHeld(
  { cluster, hints }: ApproveOptions,
  { files, askHub }: ApproveSurroundings,
): Promise<Result<Held, Failure>> {
  const hub = await findHub(hints, files);
  if (!hub.ok) return hub;
  const path = `/api/v1/clusters/${encodeURIComponent(cluster)}`;
  const plan = await askHub(hub.value, `${path}/plan`);
  if (!plan.ok) return plan;
  const { status, body } = plan.value;
  if (status !== 200 || !isPlan(body)) {
    const detail = isObject(body) && typeof body['detail'] === 'string' ? `: ${body['detail']}` : '';
    return fail(EXIT.error, `the hub at ${hub.value} answered ${status} for cluster ${cluster}${detail}`);
  }
  if (body.removals === null || body.heldRemovals.length === 0) {
    return fail(EXIT.error, `nothing waits for an approval in ${cluster}`);
  }
  const components = await askHub(hub.value, `${path}/components`);
  const services = components.ok ? servicesOf(components.value.body) : new Map<string, string>();
  return ok({ hub: hub.value, hash: body.removals, removals: body.heldRemovals, services });
}

function showHeld({ removals, services }: Held, { cluster }: ApproveOptions, terminal: Terminal): void {
  const print = (line: string, tone?: 'warning'): void => terminal.print(printable(line), tone);
  print(`held in ${cluster}, until they are approved or return:`);
  for (const { kind, name, component, source, endpoints } of removals) {
    const what = kind === 'object' ? `the object, with ${endpoints} endpoints` : `${endpoints} endpoints`;
    print(`  - ${name}: ${what}, of ${services.get(component) ?? component} (source ${source})`, 'warning');
  }
  for (const reason of new Set(removals.map((removal) => removal.reason))) {
    const { meaning, remedy } = CODES[reason] ?? CODES['internal-error'];
    print(`${reason satisfies Code}: ${meaning} → ${remedy}`);
  }
}

function showApproval(
  approval: Approval,
  { cluster, hints }: ApproveOptions,
  terminal: Terminal,
): Result<void, Failure> {
  terminal.print('');
  terminal.print('approvals:');
  terminal.print(`  ${approvalEntry(approval)}`);
  const command = `isthmus approve ${cluster} --hash ${approval.removals} --write -c ${hints.config.shown}`;
  terminal.tell(`put this into the configuration of the hub, or run: ${command}`);
  return ok(undefined);
}

async function writeApproval(
  approval: Approval,
  { hints }: ApproveOptions,
  { files, terminal, nowMs }: ApproveSurroundings,
): Promise<Result<void, Failure>> {
  const { shown, path } = hints.config;
  const text = await files.read(path);
  if (!text.ok) return fail(EXIT.error, `cannot read ${shown}: ${text.error} → name the configuration with -c`);
  const origin = { file: shown, folder: dirname(path), nowMs };
  const known = parseConfig(text.value, origin);
  if (known.ok && known.value.configuration.approvals.some((other) => isStillThere(other, approval, nowMs))) {
    terminal.print(`${shown} has this approval already`, 'good');
    return ok(undefined);
  }
  const edited = addApproval(text.value, approval, origin);
  if (!edited.ok) return fail(EXIT.badConfiguration, `cannot edit ${shown}: ${edited.error} → add it by hand`);
  await files.replace(path, edited.value);
  terminal.print(`${shown} approves ${approval.removals} until ${new Date(approval.untilMs).toISOString()}`, 'good');
  terminal.tell('a hub reads its file again every 10 s; where the file is in a repository, commit it');
  return ok(undefined);
}

function isStillThere(other: Approval, { cluster, removals }: Approval, nowMs: number): boolean {
  return other.cluster === cluster && other.removals === removals && other.untilMs > nowMs;
}

function servicesOf(body: unknown): ReadonlyMap<string, string> {
  const { hosts } = (isObject(body) ? body : {}) as Partial<ClusterComponents>;
  if (!Array.isArray(hosts)) return new Map();
  const components = (hosts as ClusterComponents['hosts']).flatMap((host) => host.components);
  return new Map(components.map(({ component, service, namespace }) => [component, `${service} in ${namespace}`]));
}

function isPlan(body: unknown): body is PlanView {
  return isObject(body) && Array.isArray(body['heldRemovals']);
}

function fail(exitCode: number, line: string): Result<never, Failure> {
  return err({ exitCode, lines: [`isthmus: ${line}`] });
}
