import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Result } from '@isthmus/model';
import { err, ok } from '@isthmus/model';

const BASE64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The PEM of one or more certificates in base64, or what is wrong with it; never a part of it. */
export function decodeCertificates(base64: string): Result<string, string> {
  const pem = decodeBase64(base64);
  if (pem === undefined) return err('is not base64');
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return err('holds no PEM certificate');
  return blocks.every(isCertificate) ? ok(pem) : err('holds a certificate that cannot be read');
}

/** The PEM of a private key in base64, or what is wrong with it; never a part of it. */
export function decodePrivateKey(base64: string): Result<string, string> {
  const pem = decodeBase64(base64);
  if (pem === undefined) return err('is not base64');
  try {
    createPrivateKey(pem);
    return ok(pem);
  } catch {
    return err('is not a private key without a passphrase in PEM');
  }
}

/** True when the key is that of the (first) certificate. */
export function isKeyOf(keyPem: string, certPem: string): boolean {
  return new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem));
}

function decodeBase64(text: string): string | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64').toString('utf8') : undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}
