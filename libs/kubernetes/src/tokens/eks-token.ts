import { IsthmusError, Secret } from '@isthmus/model';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsSigningKeyProvider } from './aws-credentials.js';
import { Sha256 } from './sha256.js';
import type { MintToken } from './token-source.js';

export interface EksTokenOptions {
  readonly clusterName: string;
  /** Of the EKS cluster: its STS is the one that the token names. */
  readonly region: string;
  readonly credentials: AwsSigningKeyProvider;
  /** Wall clock, epoch ms. */
  readonly nowMs: () => number;
}

const PREFIX = 'k8s-aws-v1.';
const CLUSTER_HEADER = 'x-k8s-aws-id';
/** X-Amz-Expires, which everybody sets to this and nobody checks. */
const EXPIRES_SECONDS = 60;
/** The verifier takes a token for 15 minutes from its X-Amz-Date; its clock may be another one. */
const LIFE_MS = 14 * 60_000;

/** Domain of each partition's services by the beginning of its regions. Source: AWS General Reference, “Partitions”. */
const DOMAINS: readonly (readonly [string, string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
  ['us-iso-', 'c2s.ic.gov'],
];

/**
 * Tokens of an EKS cluster: a presigned STS GetCallerIdentity that names the cluster in a signed header. Made here,
 * without a call. Source: kubernetes-sigs/aws-iam-authenticator, pkg/token: what its verifier accepts.
 */
export function eksTokens({ clusterName, region, credentials, nowMs }: EksTokenOptions): MintToken {
  const hostname = stsHost(region);
  return async () => {
    const key = await credentials();
    const signedAtMs = nowMs();
    const signer = new SignatureV4({ service: 'sts', region, credentials: key, sha256: Sha256 });
    const signed = await signer.presign(
      {
        method: 'GET',
        protocol: 'https:',
        hostname,
        path: '/',
        query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        headers: { host: hostname, [CLUSTER_HEADER]: clusterName },
      },
      {
        expiresIn: EXPIRES_SECONDS,
        signingDate: new Date(signedAtMs),
        unhoistableHeaders: new Set([CLUSTER_HEADER]),
      },
    );
    const url = `https://${hostname}/?${queryOf(signed.query ?? {})}`;
    const endsAtMs = Math.min(signedAtMs + LIFE_MS, key.expiration?.getTime() ?? Number.POSITIVE_INFINITY);
    if (endsAtMs <= signedAtMs) {
      throw new IsthmusError('token-unavailable', 'the AWS credentials that the token would be signed with are over');
    }
    return { token: new Secret(PREFIX + Buffer.from(url).toString('base64url')), expiresAtMs: endsAtMs };
  };
}

/** The regional STS. */
export function stsHost(region: string): string {
  const [, domain] = DOMAINS.find(([beginning]) => region.startsWith(beginning)) ?? ['', 'amazonaws.com'];
  return `sts.${region}.${domain}`;
}

function queryOf(query: Readonly<Record<string, string | readonly string[] | null>>): string {
  return Object.entries(query)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&');
}
