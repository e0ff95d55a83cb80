import type { ChangeView, PlannedCluster, PlannedClusters } from '@isthmus/federation';
import { printable } from './document.js';
import { changeText, headOf, notesOf, PROOF_NOTE, sumOf } from './plan-text.js';

/** Most characters of the changes together: a comment on GitHub may have 65,536. */
const MAX_CHANGES_CHARS = 50_000;
/** Most endpoints of one change. */
const MAX_ENDPOINT_LINES = 20;

/** Plans as a comment on a pull request: the sum, one foldable diff per cluster, and what is missing. */
export function planMarkdown({ clusters, problems, warnings }: PlannedClusters): string {
  const room = { chars: MAX_CHANGES_CHARS };
  return [
    `### Isthmus plan: \`${sumOf(clusters.flatMap(({ plan }) => plan?.counts ?? []))}\``,
    '',
    ...(problems.length === 0 ? [] : ['**Not everything could be read, so this plan is not complete.**', '']),
    ...clusters.flatMap((cluster) => clusterBlock(cluster, room)),
    ...problems.map(
      ({ place, what, code, message }) => `- not read: ${inline(`${place}, ${what}: ${code}, ${message}`)}`,
    ),
    ...warnings.map((warning) => `- warning: ${inline(warning)}`),
    ...(problems.length + warnings.length === 0 ? [] : ['']),
    PROOF_NOTE,
  ].join('\n');
}

function clusterBlock(cluster: PlannedCluster, room: { chars: number }): readonly string[] {
  const changes = cluster.plan?.changes ?? [];
  const notes = notesOf(cluster);
  if (changes.length + notes.length === 0) return [`- ${inline(headOf(cluster))}`, ''];
  const blocks = [...changes.map(changeBlock), ...notes];
  const shown: string[] = [];
  for (const block of blocks) {
    if (room.chars < block.length) break;
    room.chars -= block.length;
    shown.push(fenced(block));
  }
  const rest = blocks.length - shown.length;
  return [
    `<details><summary>${escaped(headOf(cluster))}</summary>`,
    '',
    '```diff',
    ...shown,
    ...(rest === 0 ? [] : [`… and ${rest} more: isthmus plan --cluster ${cluster.name}`]),
    '```',
    '',
    '</details>',
    '',
  ];
}

/** In a diff, lines that start with + or - are coloured: an update starts with a blank. */
function changeBlock(change: ChangeView): string {
  const head = changeText(change);
  const endpoints = [
    ...change.added.map((endpoint) => `+   ${endpoint}`),
    ...change.removed.map((endpoint) => `-   ${endpoint}`),
  ];
  const rest = endpoints.length - MAX_ENDPOINT_LINES;
  return [
    head.startsWith('~') ? ` ${head}` : head,
    ...endpoints.slice(0, MAX_ENDPOINT_LINES),
    ...(rest > 0 ? [`    … and ${rest} more endpoints`] : []),
  ].join('\n');
}

/** Text of others inside a fence, which it must not close. */
function fenced(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replaceAll('`', '’'))
    .join('\n');
}

function inline(text: string): string {
  return `\`${printable(text).replaceAll('`', '’')}\``;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
