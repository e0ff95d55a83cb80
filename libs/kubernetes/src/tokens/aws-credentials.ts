/** What an AWS request is signed with. */
export interface AwsSigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When it ends. */
  readonly expiration?: Date;
}

/** Gives the key of the identity that asks for a token; its messages are safe to print. */
export type AwsSigningKeyProvider = () => Promise<AwsSigningKey>;
