import { isJsonObject } from './input.js';
import { CloudMapProblems } from './problems.js';
import type { CloudMapProblem } from './problems.js';

/** A value of unknown shape with its place; reading it notes what is wrong and goes on, so that all problems are found at once. */
export class CheckedValue {
  readonly place: string;
  readonly #value: unknown;
  readonly #problems: CloudMapProblem[];

  constructor(value: unknown, place = '', problems: CloudMapProblem[] = []) {
    this.#value = value;
    this.place = place;
    this.#problems = problems;
  }

  /** True unless the value is absent; null counts as absent. */
  get isGiven(): boolean {
    return this.#value !== undefined && this.#value !== null;
  }

  /** Notes that something is wrong with this value. */
  problem(message: string): void {
    this.#problems.push({ place: this.place, message });
  }

  /** Throws what was noted about the whole that this value is part of. */
  throwProblems(subject: string): void {
    if (this.#problems.length > 0) throw this.refusal(subject);
  }

  /** What was noted about the whole that this value is part of, as an error. */
  refusal(subject: string): CloudMapProblems {
    return new CloudMapProblems(subject, this.#problems);
  }

  /** The members of an object with these names; others are problems. An absent value has no members. */
  members<Name extends string>(...names: readonly Name[]): Readonly<Record<Name, CheckedValue>> {
    const given = new Map(this.entries());
    for (const [name, member] of given) {
      if (!names.some((known) => known === name)) member.problem(`is unknown; known here: ${names.join(', ')}`);
    }
    const members = names.map((name) => [name, given.get(name) ?? this.#at(name, undefined)]);
    return Object.fromEntries(members) as Record<Name, CheckedValue>;
  }

  /** Name and value of each member of an object that maps names to values; empty when absent. */
  entries(): readonly (readonly [string, CheckedValue])[] {
    if (!this.isGiven) return [];
    if (isJsonObject(this.#value)) {
      return Object.entries(this.#value).map(([name, value]) => [name, this.#at(name, value)] as const);
    }
    this.problem('must be an object');
    return [];
  }

  /** The elements of a list; empty when absent. */
  elements(): readonly CheckedValue[] {
    if (!this.isGiven) return [];
    if (Array.isArray(this.#value)) return this.#value.map((value: unknown, index) => this.#at(String(index), value));
    this.problem('must be a list');
    return [];
  }

  /** A text; numbers are taken as written, since YAML reads a bare port or account as a number. */
  text(): string | undefined {
    if (!this.isGiven) return undefined;
    if (typeof this.#value === 'string') return this.#value;
    if (typeof this.#value === 'number') return String(this.#value);
    this.problem('must be a text');
    return undefined;
  }

  /** A text that has to be there. */
  requiredText(): string {
    if (!this.isGiven) this.problem('is missing');
    return this.text() ?? '';
  }

  /** One of a fixed set of texts. */
  choice<Choice extends string>(choices: readonly Choice[]): Choice | undefined {
    const text = this.text();
    const choice = choices.find((candidate) => candidate === text);
    if (text !== undefined && choice === undefined) this.problem(`must be one of ${choices.join(', ')}`);
    return choice;
  }

  /** A whole number from `least` to `most`. */
  count(least: number, most: number): number | undefined {
    if (!this.isGiven) return undefined;
    const value = this.#value;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.problem(`must be a whole number from ${least} to ${most}`);
    return undefined;
  }

  /** A whole number that has to be there. */
  requiredCount(least: number, most: number): number {
    if (!this.isGiven) this.problem('is missing');
    return this.count(least, most) ?? least;
  }

  /** An AWS account: 12 digits, in quotes where they begin with 0. */
  account(): string {
    const account = this.requiredText();
    if (account !== '') requireAccount(account, this);
    return account;
  }

  #at(name: string, value: unknown): CheckedValue {
    return new CheckedValue(value, this.place === '' ? name : `${this.place}.${name}`, this.#problems);
  }
}

/** Notes a problem at `where` unless the text is an AWS account. */
export function requireAccount(text: string, where: CheckedValue): void {
  if (!/^\d{12}$/.test(text)) where.problem(`${text} is not an account of 12 digits (quote it in YAML)`);
}
