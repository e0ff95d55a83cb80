import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parse } from 'yaml';

/** A JSON request to one of the demo's own processes on loopback. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Who is called: an URL, and for a cluster its CA and a token. */
export interface Peer {
  readonly url: string;
  readonly ca?: string;
  readonly token?: string;
}

const TIMEOUT_MS = 5_000;

/** Sends a request and returns the JSON of the answer; rejects on any other status than 2xx. */
export function callJson(peer: Peer, call: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const url = new URL(call.path, peer.url);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const options = {
      method: call.method,
      timeout: TIMEOUT_MS,
      ca: peer.ca,
      headers: {
        ...(peer.token === undefined ? {} : { authorization: `Bearer ${peer.token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      },
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('error', reject);
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 300) reject(new Error(`${call.method} ${url.pathname}: ${status} ${text.slice(0, 200)}`));
        else resolve(text === '' ? undefined : JSON.parse(text));
      });
    });
    request.once('error', reject);
    request.once('timeout', () => request.destroy(new Error(`${call.method} ${url.pathname}: no answer`)));
    request.end(body);
  });
}

/** The API server that a kubeconfig of the emulator names. */
export async function peerOf(kubeconfigFile: string): Promise<Peer> {
  const config = parse(await readFile(kubeconfigFile, 'utf8')) as {
    readonly clusters: readonly {
      readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
    }[];
    readonly users: readonly { readonly user: { readonly token: string } }[];
  };
  const [cluster] = config.clusters;
  const [user] = config.users;
  if (cluster === undefined || user === undefined) throw new Error(`${kubeconfigFile} names no cluster`);
  const ca = Buffer.from(cluster.cluster['certificate-authority-data'], 'base64').toString();
  return { url: cluster.cluster.server, ca, token: user.user.token };
}

/** Host → addresses of the ServiceEntries that a cluster holds now, read from its API server. */
export async function readHosts(peer: Peer): Promise<ReadonlyMap<string, readonly string[]>> {
  const path = '/apis/networking.istio.io/v1/namespaces/isthmus/serviceentries';
  const list = (await callJson(peer, { method: 'GET', path })) as {
    readonly items: readonly {
      readonly spec: {
        readonly hosts: readonly string[];
        readonly endpoints?: readonly { readonly address: string }[];
      };
    }[];
  };
  return new Map(
    list.items.map(({ spec }) => [
      spec.hosts[0] ?? '',
      (spec.endpoints ?? []).map(({ address }) => address).toSorted(),
    ]),
  );
}
