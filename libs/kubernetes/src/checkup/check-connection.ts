import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import type { Check } from '@isthmus/model';
import { broken, fine, warned } from '@isthmus/model';
import { refusedResolution } from '../address-policy.js';
import type { Kubeconfig } from '../kubeconfig/kubeconfig.js';

/** How long each step of connecting may take. */
const STEP_MS = 5_000;
/** A certificate that ends sooner is warned of. */
const EXPIRES_SOON_MS = 14 * 86_400_000;

/** What connecting found, and whether it is worth while to send requests. */
export interface ConnectionChecks {
  readonly checks: readonly Check[];
  readonly isOpen: boolean;
}

/** Resolves the API server, connects and looks at its certificate, as the hub would; each step only if the one before went well. */
export async function checkConnection(kubeconfig: Kubeconfig, nowMs: number): Promise<ConnectionChecks> {
  const { hostname, port } = new URL(kubeconfig.server);
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
  const dns = await checkName(place.host);
  if (dns.outcome === 'failed') return { checks: [dns], isOpen: false };
  const tcp = await checkPort(place);
  if (tcp.outcome === 'failed') return { checks: [dns, tcp], isOpen: false };
  const tls = await checkCertificate(kubeconfig, place, nowMs);
  return { checks: [dns, tcp, ...tls], isOpen: tls.every(({ outcome }) => outcome !== 'failed') };
}

interface Place {
  readonly host: string;
  readonly port: number;
}

async function checkName(host: string): Promise<Check> {
  if (isIP(host) !== 0) return fine('dns', `${host} is an address`);
  try {
    const found = await withinStep(lookup(host, { all: true }));
    const refused = found.map(({ address }) => refusedResolution(host, address)).find((reason) => reason !== undefined);
    const addresses = found.map(({ address }) => address).join(', ');
    if (refused === undefined) return fine('dns', `${host} is ${addresses}`);
    return broken('dns', `${host} is ${addresses}: ${refused}`, 'Correct the record, or the server of the kubeconfig.');
  } catch (error) {
    const fix =
      'Correct the server of the kubeconfig, or let this network resolve the name (a private endpoint has a private zone).';
    return broken('dns', `${host} cannot be resolved (${codeOf(error)})`, fix);
  }
}

function checkPort({ host, port }: Place): Promise<Check> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (check: Check): void => {
      socket.destroy();
      resolve(check);
    };
    const fix = 'Open routes, firewalls and the list of authorized networks of the API server for the hub.';
    socket.setTimeout(STEP_MS, () => end(broken('tcp', `${host}:${port} does not answer in ${STEP_MS / 1000} s`, fix)));
    socket.once('error', (error) => end(broken('tcp', `${host}:${port} cannot be reached (${codeOf(error)})`, fix)));
    socket.once('connect', () => end(fine('tcp', `${host}:${port} accepts connections`)));
  });
}

function checkCertificate(kubeconfig: Kubeconfig, { host, port }: Place, nowMs: number): Promise<readonly Check[]> {
  const { caPem, serverName, clientCertificate } = kubeconfig;
  const expected = serverName ?? host;
  return new Promise((resolve) => {
    const socket = connectTls({
      host,
      port,
      // It is looked at, not trusted: nothing is sent on this connection.
      rejectUnauthorized: false,
      ...(isIP(expected) === 0 ? { servername: expected } : {}),
      ...(caPem === undefined ? {} : { ca: caPem }),
      ...(clientCertificate === undefined
        ? {}
        : { cert: clientCertificate.certPem, key: clientCertificate.keyPem.reveal() }),
    });
    const end = (checks: readonly Check[]): void => {
      socket.destroy();
      resolve(checks);
    };
    const silent = broken(
      'tls',
      `no TLS handshake in ${STEP_MS / 1000} s`,
      'Look for a proxy that is not a TLS server.',
    );
    socket.setTimeout(STEP_MS, () => end([silent]));
    socket.once('error', (error) => {
      const fix = 'Look whether the port is that of the API server, and not of a proxy or of plain HTTP.';
      end([broken('tls', `the TLS handshake failed (${codeOf(error)})`, fix)]);
    });
    socket.once('secureConnect', () => {
      const code = socket.authorized ? undefined : codeOf(socket.authorizationError);
      end(judgeCertificate(socket.getPeerCertificate(), { code, expected, nowMs, hasCa: caPem !== undefined }));
    });
  });
}

function judgeCertificate(
  certificate: PeerCertificate,
  facts: {
    readonly code: string | undefined;
    readonly expected: string;
    readonly nowMs: number;
    readonly hasCa: boolean;
  },
): readonly Check[] {
  const { code, expected, nowMs, hasCa } = facts;
  const endsMs = Date.parse(certificate.valid_to);
  const dates = `valid from ${isoDate(certificate.valid_from)} to ${isoDate(certificate.valid_to)}`;
  if (endsMs <= nowMs || Date.parse(certificate.valid_from) > nowMs) {
    return [
      broken('tls', `the certificate is ${dates}`, 'Renew the certificate of the API server, or correct the clock.'),
    ];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = (certificate.subjectaltname ?? '').replaceAll(/(?:DNS|IP Address):/g, '') || 'no name';
    const first = names.split(', ').find((name) => isIP(name) === 0) ?? names;
    const fix = `In the kubeconfig, beside server:\n  tls-server-name: ${first}`;
    return [broken('tls', `the certificate is for ${names}, not for ${expected}`, fix)];
  }
  if (code !== undefined) {
    const fix = hasCa
      ? 'Put the CA of this cluster into certificate-authority-data; its own are in the ConfigMap kube-root-ca.crt.'
      : 'Put the CA of the cluster into certificate-authority-data: this machine does not know who signed it.';
    return [broken('tls', `the certificate is not trusted (${code})`, fix)];
  }
  const soon = endsMs - nowMs < EXPIRES_SOON_MS;
  const message = `the certificate is for ${expected}, ${dates}`;
  return [soon ? warned('tls', message, 'Renew the certificate of the API server soon.') : fine('tls', message)];
}

function isoDate(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString().slice(0, 10);
}

/** The code of an error of Node.js, or the name of one that has none. */
function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  if (typeof error === 'string') return error;
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
}

async function withinStep<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'no answer in time' })), STEP_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
