import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';

/** True for the labels that a selector selects. */
export type LabelSelector = (labels: Readonly<Record<string, string>>) => boolean;

const REQUIREMENT = /^(?<key>[^\s=!,()]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s=!,()]*)$/;
const EXISTENCE = /^(?<not>!?)\s*(?<key>[^\s=!,()]+)$/;

/** A selector by equality and existence (`a=b,c!=d,e,!f`); sets are not served. */
export function parseLabelSelector(text: string): Result<LabelSelector, string> {
  const tests: LabelSelector[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '' && text.trim() === '') continue;
    const test = parseRequirement(part) ?? parseExistence(part);
    if (test === undefined) return err(`unable to parse requirement: ${JSON.stringify(part)}`);
    tests.push(test);
  }
  return ok((labels) => tests.every((test) => test(labels)));
}

function parseRequirement(part: string): LabelSelector | undefined {
  const { key, operator, value } = REQUIREMENT.exec(part)?.groups ?? {};
  if (key === undefined) return undefined;
  const isNegated = operator === '!=';
  return (labels) => (labels[key] === value) !== isNegated;
}

function parseExistence(part: string): LabelSelector | undefined {
  const { not, key } = EXISTENCE.exec(part)?.groups ?? {};
  if (key === undefined) return undefined;
  return (labels) => Object.hasOwn(labels, key) === (not === '');
}
