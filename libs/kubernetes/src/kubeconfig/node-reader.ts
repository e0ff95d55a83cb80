import type { Document, LineCounter, Node, Pair } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, visit } from 'yaml';
import type { KeyRules } from './key-rules.js';
import type { KubeconfigProblem, KubeconfigProblemCode } from './kubeconfig.js';

/** A value of the file with the path by which it is named in messages. */
export interface Found {
  readonly path: string;
  readonly node: unknown;
}

/** Reads a YAML tree strictly and collects every problem with its place; nothing it says repeats a value. */
export class NodeReader {
  readonly #problems: KubeconfigProblem[] = [];
  readonly #where: string;
  readonly #lines: LineCounter;

  constructor(where: string, lines: LineCounter) {
    this.#where = where;
    this.#lines = lines;
  }

  problems(): readonly KubeconfigProblem[] {
    return this.#problems;
  }

  /** Adds a problem at an offset of the text, or at the place of a node. */
  report(code: KubeconfigProblemCode, at: unknown, message: string): void {
    const { line, col } = this.#lines.linePos(typeof at === 'number' ? at : startOf(at));
    this.#problems.push({ code, place: `${this.#where}:${Math.max(line, 1)}:${Math.max(col, 1)}`, message });
  }

  /** Refuses what lets one YAML text mean more than it shows: aliases, anchors and tags. */
  refuseIndirection(document: Document): void {
    visit(document, {
      Alias: (_, node) => this.report('yaml', node, 'is a YAML alias → write the value itself'),
      Node: (_, node) => {
        if (isAlias(node)) return;
        if (node.anchor !== undefined) this.report('yaml', node, 'has a YAML anchor → remove it');
        if (node.tag !== undefined) this.report('yaml', node, 'has a YAML tag → remove it');
      },
    });
  }

  /** The members of a map that the rules let through, by key. */
  members(found: Found, rules: KeyRules): ReadonlyMap<string, Found> {
    const members = new Map<string, Found>();
    if (!isMap(found.node)) {
      this.report('wrong-type', found.node, `${nameOf(found.path)} must be a map`);
      return members;
    }
    for (const pair of found.node.items) {
      const key = this.#readKey(pair, found.path);
      if (key === undefined) continue;
      const path = join(found.path, key);
      const refusal = Object.hasOwn(rules.refused, key) ? rules.refused[key] : undefined;
      if (refusal !== undefined) this.report(refusal.code, pair.key, `${path} ${refusal.message}`);
      else if (rules.read.includes(key)) members.set(key, { path, node: pair.value });
      else if (!rules.inert.includes(key)) this.#reportUnknown(pair.key, path, rules);
    }
    return members;
  }

  /** The items of a list. */
  items(found: Found): readonly Found[] {
    if (isSeq(found.node)) return found.node.items.map((node, index) => ({ path: `${found.path}[${index}]`, node }));
    this.report('wrong-type', found.node, `${found.path} must be a list`);
    return [];
  }

  /** A text that is not empty; undefined (and reported, unless the value is absent) otherwise. */
  text(found: Found | undefined): string | undefined {
    if (found === undefined) return undefined;
    const value = isScalar(found.node) ? found.node.value : undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.report('wrong-type', found.node, `${found.path} must be a text that is not empty`);
    return undefined;
  }

  #readKey(pair: Pair, path: string): string | undefined {
    if (isScalar(pair.key) && typeof pair.key.value === 'string') return pair.key.value;
    this.report('wrong-type', pair.key, `a key of ${nameOf(path)} must be a text`);
    return undefined;
  }

  #reportUnknown(key: unknown, path: string, rules: KeyRules): void {
    const shown = path.length <= 80 ? path : `${path.slice(0, 80)}…`;
    this.report('unknown-key', key, `${shown} is not known → remove it; known here: ${rules.read.join(', ')}`);
  }
}

function startOf(node: unknown): number {
  return (node as Partial<Node> | null | undefined)?.range?.[0] ?? 0;
}

function nameOf(path: string): string {
  return path === '' ? 'the kubeconfig' : path;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
