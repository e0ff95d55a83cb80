import type { Alias, Document, Node, Pair, YAMLMap } from 'yaml';
import { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { ConfigPath, Finding, Place } from './problem.js';
import { quote } from './problem.js';

/** A YAML file as plain data that remembers where everything stands. */
export interface YamlDocument {
  /** Plain maps without prototype, lists and scalars; undefined when the file could not be read. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** The place of a value, or of the field's name; of the nearest one around it when it does not exist. */
  locate(path: ConfigPath, at?: 'name' | 'value'): Place;
}

/** A ConfigMap holds 1 MiB; the other limits are far above any real configuration. */
const LIMITS = { characters: 1_048_576, nodes: 100_000, depth: 32 } as const;

type FieldsByName = ReadonlyMap<string, Pair>;

/** What one walk over the document collects. */
interface Walk {
  readonly findings: Finding[];
  readonly fields: Map<YAMLMap, FieldsByName>;
  readonly targets: ReadonlyMap<Alias, Node>;
  readonly placeOf: (node: unknown) => Place | undefined;
  nodesLeft: number;
}

/** Reads one YAML 1.2 document. Aliases count as what they stand for, so that they cannot be used to fill the memory. */
export function readYaml(text: string): YamlDocument {
  if (text.length > LIMITS.characters) return refused('CFG003', `the file is longer than 1 MiB`);
  const lines = new LineCounter();
  try {
    return readDocument(text, lines);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refused('CFG003', 'the file is nested too deeply');
  }
}

function readDocument(text: string, lines: LineCounter): YamlDocument {
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
  });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const syntax = [...document.errors, ...document.warnings].map((fault) => syntaxFinding(fault, placeAt(fault.pos[0])));
  if (syntax.length > 0) return { value: undefined, findings: syntax, locate: () => ({ line: 1, column: 1 }) };
  const walk: Walk = {
    findings: [],
    fields: new Map(),
    targets: aliasTargets(document),
    placeOf: (node) => (isNode(node) && node.range ? placeAt(node.range[0]) : undefined),
    nodesLeft: LIMITS.nodes,
  };
  const value = toPlain(document.contents, [], walk);
  return {
    value: walk.nodesLeft < 0 ? undefined : value,
    findings: walk.findings,
    locate: (path, at) => locate(document.contents, walk, { path, at: at ?? 'value' }),
  };
}

function refused(code: 'CFG003', message: string): YamlDocument {
  const place = { line: 1, column: 1 };
  return { value: undefined, findings: [{ code, path: [], message, place }], locate: () => place };
}

function syntaxFinding(fault: { readonly code: string; readonly message: string }, place: Place): Finding {
  const isTooDeep = fault.message.startsWith('Maximum call stack');
  if (isTooDeep) return { code: 'CFG003', path: [], message: 'the file is nested too deeply', place };
  return { code: 'CFG001', path: [], message: fault.message.replaceAll(/\s+/g, ' '), place };
}

/** Each alias with what its anchor stands on at that point; an anchor may be given anew further down. */
function aliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}

function toPlain(node: unknown, path: ConfigPath, walk: Walk): unknown {
  if (walk.nodesLeft < 0) return undefined;
  if (--walk.nodesLeft < 0 || path.length > LIMITS.depth) {
    walk.nodesLeft = -1;
    const place = walk.placeOf(node) ?? { line: 1, column: 1 };
    walk.findings.push({ code: 'CFG003', path: [], message: 'the file is too large or refers to itself', place });
    return undefined;
  }
  if (isAlias(node)) return toPlainAlias(node, path, walk);
  if (isMap(node)) return toPlainMap(node, path, walk);
  if (isSeq(node)) return node.items.map((item, index) => toPlain(item, [...path, index], walk));
  return isScalar(node) ? node.value : null;
}

function toPlainAlias(alias: Alias, path: ConfigPath, walk: Walk): unknown {
  const target = walk.targets.get(alias);
  if (target) return toPlain(target, path, walk);
  const message = `*${alias.source.slice(0, 60)} refers to an anchor that does not stand before it`;
  walk.findings.push({ code: 'CFG001', path, message, ...placed(walk.placeOf(alias)) });
  return undefined;
}

function toPlainMap(map: YAMLMap, path: ConfigPath, walk: Walk): Record<string, unknown> {
  const plain = Object.create(null) as Record<string, unknown>;
  const isRepeated = walk.fields.has(map);
  const fields = new Map<string, Pair>();
  for (const pair of map.items) {
    const name = isScalar(pair.key) ? pair.key.value : undefined;
    const place = placed(walk.placeOf(pair.key) ?? walk.placeOf(map));
    if (typeof name !== 'string') {
      walk.findings.push({ code: 'CFG001', path, message: 'a field name is not text', ...place });
    } else if (fields.has(name)) {
      const message = `${quote(name)} is given twice`;
      if (!isRepeated) walk.findings.push({ code: 'CFG002', path: [...path, name], message, ...place });
    } else {
      fields.set(name, pair);
      plain[name] = toPlain(pair.value, [...path, name], walk);
    }
  }
  walk.fields.set(map, fields);
  return plain;
}

function placed(place: Place | undefined): { readonly place?: Place } {
  return place ? { place } : {};
}

function locate(
  contents: unknown,
  walk: Walk,
  want: { readonly path: ConfigPath; readonly at: 'name' | 'value' },
): Place {
  let node = contents;
  let place = walk.placeOf(node) ?? { line: 1, column: 1 };
  for (const [depth, step] of want.path.entries()) {
    const around = isAlias(node) ? walk.targets.get(node) : node;
    const pair = isMap(around) && typeof step === 'string' ? walk.fields.get(around)?.get(step) : undefined;
    const next = isSeq(around) && typeof step === 'number' ? around.items[step] : pair?.value;
    const isLast = depth === want.path.length - 1;
    const isNameWanted = isLast && want.at === 'name';
    place = (isNameWanted ? undefined : walk.placeOf(next)) ?? walk.placeOf(pair?.key) ?? place;
    if (next === undefined) return place;
    node = next;
  }
  return place;
}
