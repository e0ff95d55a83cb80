import { z } from 'zod';
import type { ProblemCode } from '../problem-codes.js';
import { quote } from '../problem.js';

/** What a schema attaches to a failed rule, so that the code of the table is reported. */
export interface RuleParams {
  readonly code: ProblemCode;
}

/** Text that passes a test; `fault` completes the sentence “"value" …”. */
export function textRule(code: ProblemCode, fault: string, test: (value: string) => boolean) {
  return z.string().refine(test, { params: { code }, error: (issue) => `${quote(issue.input)} ${fault}` });
}

/** The code that a rule attached, if the parameters of a failure are those of a rule. */
export function ruleCode(params: Readonly<Record<string, unknown>> | undefined): ProblemCode | undefined {
  return (params as Partial<RuleParams> | undefined)?.code;
}
