import { generate } from 'selfsigned';

/** A private key and the certificate that is its own authority, both PEM. */
export interface Certificate {
  readonly keyPem: string;
  readonly certPem: string;
}

/** A new EC key with a certificate for 127.0.0.1 and localhost, valid for a year; kept in memory only. */
export async function makeCertificate(name: string): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { keyPem: made.private, certPem: made.cert };
}
