/** Why the credentials of a source could not be had. It says what was tried, and holds no secret. */
export class CredentialsFailure extends Error {
  /** `assuming the role arn:…`. */
  readonly doing: string;
  /** What must be so for it to work. */
  readonly hint: string;

  constructor(doing: string, hint: string, cause: unknown) {
    super(doing, { cause });
    this.name = 'CredentialsFailure';
    this.doing = doing;
    this.hint = hint;
  }
}
