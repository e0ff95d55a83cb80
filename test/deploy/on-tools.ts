import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describeOn } from '../e2e/servers/describe-on.js';
import { Missing } from '../e2e/servers/server-cache.js';

/** The root of the checkout. */
export const ROOT = join(import.meta.dirname, '../..');

export type Tool = 'helm' | 'kubectl' | 'promtool' | 'jq' | 'curl';

/** Where `scripts/deploy-tools.mjs` puts them. */
export const TOOLS_FOLDER = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'isthmus', 'deploy-tools');

/** How a program ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool in the root of the checkout. */
export function run(tool: Tool, args: readonly string[], options: { readonly input?: string } = {}): Ended {
  const program = find(tool) ?? tool;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', ...options });
  return { status, stdout, stderr };
}

/** The output of a tool; throws with what it complained about when it fails. */
export function outputOf(tool: Tool, args: readonly string[]): string {
  const { status, stdout, stderr } = run(tool, args);
  if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** A suite on real tools. */
export function describeOnTools(tools: readonly Tool[], name: string, suite: () => void): void {
  const missing = tools.filter((tool) => find(tool) === undefined);
  describeOn(name, missing.length === 0 ? true : new Missing(`${missing.join(' and ')} cannot be found`), suite);
}

function find(tool: Tool): string | undefined {
  const folders = [TOOLS_FOLDER, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, tool)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
