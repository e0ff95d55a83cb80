import { readFile } from 'node:fs/promises';
import type { CredentialsProvider } from '@isthmus/cloudmap';
import { roleCredentials } from '@isthmus/cloudmap';
import { CachedTokenSource, mintFor } from '@isthmus/kubernetes';
import type { ClusterSettings } from '@isthmus/model';
import { systemClock, systemRandom } from '@isthmus/telemetry';

/** The tokens of a cluster as the hub makes them; undefined: the kubeconfig holds the credential. */
export function tokensOf(
  { auth }: Pick<ClusterSettings, 'auth'>,
  base: CredentialsProvider,
): CachedTokenSource | undefined {
  const readText = (path: string): Promise<string> => readFile(path, 'utf8');
  const mint = mintFor(auth, {
    surroundings: { env: process.env, readText, nowMs: () => systemClock.nowMs() },
    awsKeys: ({ region, roleArn, externalId }) => roleCredentials({ base, region, roleArn, externalId }),
  });
  return mint && new CachedTokenSource({ mint, clock: systemClock, random: systemRandom });
}
