/** One thing that is wrong with a seed or an instruction, and where. */
export interface CloudMapProblem {
  /** Path of the value, such as `accounts.111122223333.regions.us-east-1`; empty for the whole. */
  readonly place: string;
  readonly message: string;
}

/** What the operator of the emulator gave it cannot be used: every problem, each with its place. */
export class CloudMapProblems extends Error {
  override readonly name = 'CloudMapProblems';
  readonly problems: readonly CloudMapProblem[];

  constructor(subject: string, problems: readonly CloudMapProblem[]) {
    const lines = problems.map(({ place, message }) => (place === '' ? message : `${place}: ${message}`));
    super(`${subject} cannot be used: ${lines.join('; ')}`);
    this.problems = problems;
  }
}
