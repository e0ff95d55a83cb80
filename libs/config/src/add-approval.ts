import type { Approval, Configuration, Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';
import { isMap, isSeq, parseDocument, stringify } from 'yaml';
import type { ConfigOrigin } from './parse-config.js';
import { parseConfig } from './parse-config.js';

/**
 * The text of `isthmus.yaml` with one more approval. Everything else keeps its bytes, comments too; a failure, for a
 * file that cannot be edited so, says why as the end of a sentence.
 */
export function addApproval(text: string, approval: Approval, origin: ConfigOrigin): Result<string, string> {
  const before = parseConfig(text, origin);
  if (!before.ok) return err('it is not a configuration that can be used');
  const edited = withApproval(text, approval);
  const after = edited === undefined ? undefined : parseConfig(edited, origin);
  if (edited === undefined || after?.ok !== true) return err('its approvals are not written as a list');
  const expected = { ...before.value.configuration, approvals: [...before.value.configuration.approvals, approval] };
  // Whoever edits text must show that nothing else has another meaning now.
  return meaningOf(after.value.configuration) === meaningOf(expected)
    ? ok(edited)
    : err('adding to it would change something else');
}

/** The approval as an entry of `approvals`. */
export function approvalEntry({ cluster, removals, untilMs }: Approval): string {
  return `- { cluster: ${cluster}, removals: '${removals}', until: '${new Date(untilMs).toISOString()}' }`;
}

function withApproval(text: string, approval: Approval): string | undefined {
  const root = parseDocument(text).contents;
  if (!isMap(root)) return undefined;
  const entry = approvalEntry(approval);
  const { value } = root.items.find(({ key }) => String(key) === 'approvals') ?? {};
  if (value === undefined) {
    return isFlow(root) ? undefined : `${text}${text.endsWith('\n') ? '' : '\n'}approvals:\n  ${entry}\n`;
  }
  if (!isSeq(value) || value.range == null) return undefined;
  const [start, end] = value.range;
  if (!isFlow(value)) {
    const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
    return insertLine(text, end, indent + entry);
  }
  const items = value.items.map((item) => `  - ${stringify(item, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`);
  const list = `\n${[...items, `  ${entry}`].join('\n')}`;
  return `${text.slice(0, start).trimEnd()}${list}${text.slice(end)}`;
}

/** Puts a line behind the one that holds a position, or at the position where that begins a line. */
function insertLine(text: string, position: number, line: string): string {
  const next = text[position - 1] === '\n' ? position : text.indexOf('\n', position) + 1;
  if (next === 0) return `${text}\n${line}\n`;
  return `${text.slice(0, next)}${line}\n${text.slice(next)}`;
}

function isFlow(node: { readonly flow?: boolean }): boolean {
  return node.flow === true;
}

/** What a configuration says, without where it says it. The parser makes objects in one order of their members. */
function meaningOf({ clusters, ...rest }: Configuration): string {
  const placeless = clusters.map((cluster) => ({
    ...cluster,
    routes: cluster.routes.map(({ place: _place, ...route }) => route),
  }));
  return JSON.stringify({ ...rest, clusters: placeless }, (_key, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
}
