import type { Result } from '@isthmus/model';
import { err, ok, Secret } from '@isthmus/model';
import { isScalar, LineCounter, parseDocument } from 'yaml';
import type { KeyRules } from './key-rules.js';
import { CLUSTER_KEYS, CONTEXT_KEYS, ROOT_KEYS, SERVER_ROOT_KEYS, USER_KEYS } from './key-rules.js';
import type { ClientCertificate, Kubeconfig, KubeconfigProblem } from './kubeconfig.js';
import type { Found } from './node-reader.js';
import { NodeReader } from './node-reader.js';
import { decodeCertificates, decodePrivateKey, isKeyOf } from './pem.js';
import { FLATTEN_REMEDY } from './remedies.js';
import { readServerUrl } from './server-url.js';

const MAX_BYTES = 65_536;
/** Printable ASCII without spaces: what an HTTP header can carry. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Where the credential comes from: the kubeconfig itself, or elsewhere, and then only its server and CA are read. */
export type CredentialPlace = 'kubeconfig' | 'elsewhere';

/**
 * Reads an untrusted kubeconfig with exactly one cluster, user and context, or says everything that is wrong with it.
 * It starts no program, reads no file and opens no connection, and accepts nothing that would make somebody else do so.
 * Loopback servers are accepted, because a person's own kubeconfig (kind, minikube, the emulator) points there.
 * `where` is the name of the file in the places of problems.
 */
export function parseKubeconfig(
  text: string,
  where: string,
  credential: CredentialPlace = 'kubeconfig',
): Result<Kubeconfig, readonly KubeconfigProblem[]> {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return err([{ code: 'too-large', place: `${where}:1:1`, message: `is larger than ${MAX_BYTES / 1024} KiB` }]);
  }
  const lines = new LineCounter();
  const reader = new NodeReader(where, lines);
  const root = parseTree(text, lines, reader);
  const read = credential === 'kubeconfig' ? readRoot : readServerAlone;
  const kubeconfig = root === undefined ? undefined : read(reader, { path: '', node: root });
  const problems = reader.problems();
  return kubeconfig === undefined || problems.length > 0 ? err(problems) : ok(kubeconfig);
}

function parseTree(text: string, lineCounter: LineCounter, reader: NodeReader): unknown {
  try {
    const document = parseDocument(text, { lineCounter, prettyErrors: false });
    for (const error of document.errors)
      reader.report('yaml', error.pos[0], `is not one YAML document (${error.code})`);
    if (document.errors.length > 0) return undefined;
    reader.refuseIndirection(document);
    return document.contents;
  } catch {
    reader.report('yaml', 0, 'cannot be parsed as YAML');
    return undefined;
  }
}

function readRoot(reader: NodeReader, root: Found): Kubeconfig | undefined {
  const members = reader.members(root, ROOT_KEYS);
  requireText(reader, members.get('apiVersion'), 'v1');
  requireText(reader, members.get('kind'), 'Config');
  const cluster = readOnly(reader, { root, list: members.get('clusters'), key: 'cluster', rules: CLUSTER_KEYS });
  const user = readOnly(reader, { root, list: members.get('users'), key: 'user', rules: USER_KEYS });
  const context = readOnly(reader, { root, list: members.get('contexts'), key: 'context', rules: CONTEXT_KEYS });
  const current = required(reader, members, { at: root, key: 'current-context' });
  if (cluster === undefined || user === undefined || context === undefined) return undefined;
  const clusterRef = required(reader, context.members, { at: context.at, key: 'cluster' });
  const userRef = required(reader, context.members, { at: context.at, key: 'user' });
  expectName(reader, members.get('current-context'), { given: current, wanted: context.name });
  expectName(reader, context.members.get('cluster'), { given: clusterRef, wanted: cluster.name });
  expectName(reader, context.members.get('user'), { given: userRef, wanted: user.name });
  const server = readServer(reader, cluster);
  const credential = readCredential(reader, user);
  if (server === undefined || credential === undefined) return undefined;
  return { ...server, ...credential, namespace: reader.text(context.members.get('namespace')) };
}

/** Users and contexts are as if they were not there: what they would start or read is not even looked at. */
function readServerAlone(reader: NodeReader, root: Found): Kubeconfig | undefined {
  const members = reader.members(root, SERVER_ROOT_KEYS);
  requireText(reader, members.get('apiVersion'), 'v1');
  requireText(reader, members.get('kind'), 'Config');
  const cluster = readOnly(reader, { root, list: members.get('clusters'), key: 'cluster', rules: CLUSTER_KEYS });
  const server = cluster === undefined ? undefined : readServer(reader, cluster);
  if (server === undefined) return undefined;
  return { ...server, token: undefined, clientCertificate: undefined, namespace: undefined };
}

/** The one item of a list of named things. */
interface Named {
  readonly name: string | undefined;
  readonly at: Found;
  readonly members: ReadonlyMap<string, Found>;
}

interface ListPlace {
  readonly root: Found;
  readonly list: Found | undefined;
  readonly key: 'cluster' | 'user' | 'context';
  readonly rules: KeyRules;
}

/** Reads every item, so that all problems are told, and returns the only one. */
function readOnly(reader: NodeReader, { root, list, key, rules }: ListPlace): Named | undefined {
  if (list === undefined) {
    reader.report('missing', root.node, `${key}s is missing`);
    return undefined;
  }
  const items = reader.items(list).map((item) => readNamed(reader, item, { key, rules }));
  if (items.length !== 1) {
    const message = `${key}s must hold exactly one, and holds ${items.length} → ${FLATTEN_REMEDY}`;
    reader.report('not-one-context', list.node, message);
  }
  return items.length === 1 ? items[0] : undefined;
}

function readNamed(reader: NodeReader, item: Found, { key, rules }: Pick<ListPlace, 'key' | 'rules'>): Named {
  const members = reader.members(item, { read: ['name', key], inert: [], refused: {} });
  const body = members.get(key);
  if (body === undefined) reader.report('missing', item.node, `${item.path}.${key} is missing`);
  return {
    name: required(reader, members, { at: item, key: 'name' }),
    at: body ?? item,
    members: body === undefined ? new Map() : reader.members(body, rules),
  };
}

function required(
  reader: NodeReader,
  members: ReadonlyMap<string, Found>,
  { at, key }: { readonly at: Found; readonly key: string },
): string | undefined {
  if (!members.has(key)) reader.report('missing', at.node, `${at.path === '' ? '' : `${at.path}.`}${key} is missing`);
  return reader.text(members.get(key));
}

function requireText(reader: NodeReader, found: Found | undefined, wanted: string): void {
  const value = reader.text(found);
  if (found === undefined || value === undefined || value === wanted) return;
  reader.report('wrong-type', found.node, `${found.path} must be ${wanted}`);
}

function expectName(
  reader: NodeReader,
  found: Found | undefined,
  { given, wanted }: { readonly given: string | undefined; readonly wanted: string | undefined },
): void {
  if (found === undefined || given === undefined || wanted === undefined || given === wanted) return;
  reader.report('not-one-context', found.node, `${found.path} names something that is not in this kubeconfig`);
}

function readServer(
  reader: NodeReader,
  { at, members }: Named,
): Pick<Kubeconfig, 'server' | 'caPem' | 'serverName'> | undefined {
  const insecure = members.get('insecure-skip-tls-verify');
  if (insecure !== undefined && !(isScalar(insecure.node) && insecure.node.value === false)) {
    const remedy = 'give certificate-authority-data, or tls-server-name if only the name differs';
    reader.report('insecure', insecure.node, `${insecure.path} would give the token to anybody → ${remedy}`);
  }
  const caPem = readCertificates(reader, members.get('certificate-authority-data'));
  const serverName = reader.text(members.get('tls-server-name'));
  const text = required(reader, members, { at, key: 'server' });
  if (text === undefined) return undefined;
  const server = readServerUrl(text);
  if (server.ok) return { server: server.value, caPem, serverName };
  reader.report('server', members.get('server')?.node, `${members.get('server')?.path ?? 'server'} ${server.error}`);
  return undefined;
}

function readCredential(
  reader: NodeReader,
  { at, members }: Named,
): Pick<Kubeconfig, 'token' | 'clientCertificate'> | undefined {
  const token = readToken(reader, members.get('token'));
  const clientCertificate = readClientCertificate(reader, at, members);
  const isGiven = ['token', 'client-certificate-data', 'client-key-data'].some((key) => members.has(key));
  if (!isGiven) {
    reader.report('credential', at.node, `${at.path} holds no token and no client-certificate-data`);
    return undefined;
  }
  return { token, clientCertificate };
}

function readToken(reader: NodeReader, found: Found | undefined): Secret | undefined {
  const token = reader.text(found);
  if (found === undefined || token === undefined) return undefined;
  if (TOKEN.test(token)) return new Secret(token);
  reader.report('credential', found.node, `${found.path} holds characters that no token has`);
  return undefined;
}

function readClientCertificate(
  reader: NodeReader,
  at: Found,
  members: ReadonlyMap<string, Found>,
): ClientCertificate | undefined {
  const certificate = members.get('client-certificate-data');
  const key = members.get('client-key-data');
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    reader.report('credential', at.node, `${at.path} needs client-certificate-data and client-key-data together`);
    return undefined;
  }
  const certPem = readCertificates(reader, certificate);
  const keyPem = readPem(reader, key, decodePrivateKey);
  if (certPem === undefined || keyPem === undefined) return undefined;
  if (!isKeyOf(keyPem, certPem)) {
    reader.report('pem', key.node, `${key.path} is not the key of client-certificate-data`);
    return undefined;
  }
  return { certPem, keyPem: new Secret(keyPem) };
}

function readCertificates(reader: NodeReader, found: Found | undefined): string | undefined {
  return found === undefined ? undefined : readPem(reader, found, decodeCertificates);
}

function readPem(
  reader: NodeReader,
  found: Found,
  decode: (base64: string) => Result<string, string>,
): string | undefined {
  const text = reader.text(found);
  if (text === undefined) return undefined;
  const pem = decode(text);
  if (pem.ok) return pem.value;
  reader.report('pem', found.node, `${found.path} ${pem.error}`);
  return undefined;
}
