import { readFile } from 'node:fs/promises';
import { fromNodeProviderChain, fromTemporaryCredentials, fromTokenFile } from '@aws-sdk/credential-providers';
import type { SourceSettings } from '@isthmus/model';
import { IsthmusError } from '@isthmus/model';
import { CredentialsFailure } from './credentials-failure.js';

/** What AWS calls are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they must be asked for again; absent: never. */
  readonly expiration?: Date;
}

/** Gives credentials when they are needed; what it gives is kept until shortly before it expires. */
export type CredentialsProvider = () => Promise<AwsCredentials>;

export interface SourceCredentialsOptions {
  readonly settings: Pick<SourceSettings, 'credentials' | 'region'>;
  /** The identity of this process: it signs, or takes the role. */
  readonly base: CredentialsProvider;
  /** Default: the STS of the source's region. */
  readonly stsEndpoint?: string | undefined;
}

const silent = (): void => undefined;

/** STS has no fallback: a caller that waits for it is cut off by the deadline of its own call. */
export const STS_CLIENT = {
  retryMode: 'standard',
  maxAttempts: 2,
  userAgentAppId: 'isthmus',
  requestHandler: {
    connectionTimeout: 2000,
    requestTimeout: 4000,
    throwOnRequestTimeout: true,
    logger: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
  },
} as const;

/** The SDK asks again when fewer than 300 s are left, so that files are read again after this time. */
const REREAD_MS = 10_000;
const SDK_REFRESH_WINDOW_MS = 300_000;

/**
 * The identity of this process: the SDK's own chain (environment, web identity, container, instance). Make one and
 * share it between all sources, so that its issuer is asked once and not once per region.
 * Source: AWS SDKs and Tools Reference Guide, “Standardized credential providers”.
 */
export function processCredentials(): CredentialsProvider {
  const chain = fromNodeProviderChain({ clientConfig: STS_CLIENT });
  return () => chain();
}

/** The credentials that one source reads with; what goes wrong is told as a CredentialsFailure, without any secret. */
export function sourceCredentials(options: SourceCredentialsOptions): CredentialsProvider {
  const { credentials } = options.settings;
  switch (credentials.kind) {
    case 'chain':
      return options.base;
    case 'assume-role': {
      const { roleArn } = credentials;
      const hint = 'its trust policy must name the identity of the hub and the external id of the source';
      return failingAs(`assuming the role ${roleArn}`, hint, assumedRole(options, credentials));
    }
    case 'web-identity': {
      const { roleArn, tokenFile } = credentials;
      const hint = "its trust policy must name the token's issuer, audience and subject";
      return failingAs(
        `taking the role ${roleArn} by the token in ${tokenFile}`,
        hint,
        webIdentity(options, credentials),
      );
    }
    case 'static':
      return failingAs(`reading the access key from ${filesOf(credentials)}`, 'each holds one value', () =>
        readKey(credentials),
      );
  }
}

type Kind<Name> = Extract<SourceSettings['credentials'], { readonly kind: Name }>;

function assumedRole(
  { settings, base, stsEndpoint }: SourceCredentialsOptions,
  { roleArn, externalId, sessionName }: Kind<'assume-role'>,
): CredentialsProvider {
  const assume = fromTemporaryCredentials({
    masterCredentials: base,
    params: { RoleArn: roleArn, RoleSessionName: sessionName, ExternalId: externalId },
    clientConfig: stsClient(settings.region, stsEndpoint),
  });
  return () => assume();
}

/** The token is that of an OIDC issuer which IAM knows: of EKS, or of the cluster that the hub runs in on AKS or GKE. */
function webIdentity(
  { settings, stsEndpoint }: SourceCredentialsOptions,
  { roleArn, tokenFile }: Kind<'web-identity'>,
): CredentialsProvider {
  const take = fromTokenFile({
    roleArn,
    webIdentityTokenFile: tokenFile,
    roleSessionName: 'isthmus',
    clientConfig: stsClient(settings.region, stsEndpoint),
  });
  return () => take();
}

function stsClient(region: string, endpoint: string | undefined) {
  return { ...STS_CLIENT, region, ...(endpoint === undefined ? {} : { endpoint }) };
}

export interface RoleCredentialsOptions {
  /** The identity of this process. */
  readonly base: CredentialsProvider;
  /** Whose STS is asked. */
  readonly region: string;
  /** Undefined: the identity of this process itself. */
  readonly roleArn: string | undefined;
  readonly externalId: string | undefined;
  /** Default: the STS of the region. */
  readonly stsEndpoint?: string | undefined;
}

/** The credentials of a role for anything but Cloud Map; what goes wrong is `token-unavailable`, without any secret. */
export function roleCredentials({ roleArn, externalId, ...options }: RoleCredentialsOptions): CredentialsProvider {
  const { base, region, stsEndpoint } = options;
  const what = roleArn === undefined ? 'finding AWS credentials' : `assuming the role ${roleArn}`;
  const role = { kind: 'assume-role', roleArn: roleArn ?? '', externalId, sessionName: 'isthmus' } as const;
  const settings = { region, credentials: role };
  const provide = roleArn === undefined ? base : assumedRole({ settings, base, stsEndpoint }, role);
  return async () => {
    try {
      return await provide();
    } catch (cause) {
      const name = cause instanceof Error && /^[A-Za-z][\w.]{0,63}$/.test(cause.name) ? cause.name : 'unknown';
      throw new IsthmusError('token-unavailable', `${what}: it failed (${name})`, { context: { awsError: name } });
    }
  };
}

function filesOf({ accessKeyIdFile, secretAccessKeyFile, sessionTokenFile }: Kind<'static'>): string {
  return [accessKeyIdFile, secretAccessKeyFile, sessionTokenFile].filter((file) => file !== undefined).join(', ');
}

/** A mounted Secret changes under its path, so that the files are read again and again. */
async function readKey(files: Kind<'static'>): Promise<AwsCredentials> {
  const [accessKeyId, secretAccessKey] = await Promise.all([
    readValue(files.accessKeyIdFile),
    readValue(files.secretAccessKeyFile),
  ]);
  const sessionToken = files.sessionTokenFile === undefined ? undefined : await readValue(files.sessionTokenFile);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    expiration: new Date(Date.now() + SDK_REFRESH_WINDOW_MS + REREAD_MS),
  };
}

async function readValue(path: string): Promise<string> {
  const value = (await readFile(path, 'utf8')).trim();
  if (/^\S+$/.test(value)) return value;
  throw new Error(`${path} does not hold one value`);
}

function failingAs(doing: string, hint: string, provide: CredentialsProvider): CredentialsProvider {
  return async () => {
    try {
      return await provide();
    } catch (cause) {
      throw new CredentialsFailure(doing, hint, cause);
    }
  };
}
