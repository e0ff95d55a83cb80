import { X509Certificate } from 'node:crypto';
import type { Kubeconfig } from '../kubeconfig/kubeconfig.js';
import { parseObject } from '../json.js';

/** When the credential of a kubeconfig ends (epoch ms), as far as a token or a certificate says so itself. */
export function credentialExpiryMs({ token, clientCertificate }: Kubeconfig): number | undefined {
  const ends = [
    token === undefined ? undefined : jwtExpiryMs(token.reveal()),
    clientCertificate === undefined ? undefined : Date.parse(new X509Certificate(clientCertificate.certPem).validTo),
  ].filter((endMs): endMs is number => endMs !== undefined && Number.isFinite(endMs));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** `exp` of a JWT, whose signature is not ours to judge. Source: RFC 7519, 4.1.4. */
function jwtExpiryMs(token: string): number | undefined {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]*$/.exec(token)?.[1];
  if (payload === undefined) return undefined;
  const exp = parseObject(Buffer.from(payload, 'base64url').toString('utf8'))?.['exp'];
  return typeof exp === 'number' ? exp * 1000 : undefined;
}
