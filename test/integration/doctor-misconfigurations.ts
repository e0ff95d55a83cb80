import type { Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import type { DoctorDocument } from './doctor-world.js';
import { DoctorWorld } from './doctor-world.js';

/** A misconfiguration: what is done, and what the doctor must find: subject, check, what it says, what is to do. */
export interface Misconfiguration {
  readonly prepare?: (world: DoctorWorld) => void | Promise<void>;
  readonly edit?: (document: DoctorDocument, world: DoctorWorld) => void;
  readonly emulator?: Parameters<typeof DoctorWorld.start>[0];
  readonly timeoutMs?: number;
  readonly finds: readonly [
    subject: string,
    check: string,
    outcome: 'failed' | 'warning',
    message: RegExp,
    fix: RegExp,
  ];
  /** 3 when absent and failed, 0 when absent and warned of. */
  readonly exitCode?: number;
}

const cluster = (document: DoctorDocument, changes: object): void => {
  document.clusters[0] = { ...document.clusters[0], ...changes };
};
const source = (document: DoctorDocument, changes: object): void => {
  document.sources[0] = { ...document.sources[0], ...changes };
};

async function certificate(altNames: readonly object[], days: { readonly from: number; readonly to: number }) {
  const day = (count: number): Date => new Date(Date.now() + count * 86_400_000);
  return generate([{ name: 'commonName', value: 'api' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: day(days.from),
    notAfterDate: day(days.to),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: altNames as never },
    ],
  });
}

/** Puts another TLS server in the place of the API server, whose own certificate is trusted. */
async function serveWith(world: DoctorWorld, made: Awaited<ReturnType<typeof generate>>): Promise<void> {
  const port = await world.listen(createTlsServer({ key: made.private, cert: made.cert }));
  const ca = Buffer.from(made.cert).toString('base64');
  world.putFile(
    'eks.kubeconfig',
    world.cluster
      .kubeconfig()
      .replace(/server: .*/, `server: https://127.0.0.1:${port}`)
      .replace(/certificate-authority-data: .*/, `certificate-authority-data: ${ca}`),
  );
}

function speakPlainly(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
}

const LOOPBACK = [{ type: 7, ip: '127.0.0.1' }];

/** What can be wrong in practice, by what it is. */
export const MISCONFIGURATIONS: Readonly<Record<string, Misconfiguration>> = {
  'a field with a typing error': {
    edit: (document) => cluster(document, { routez: [] }),
    finds: ['configuration', 'CFG004', 'failed', /isthmus\.yaml:\d+:\d+.*is an unknown field/, /did you mean routes/],
    exitCode: 65,
  },
  'an approval that is over': {
    edit: (document) => {
      document['approvals'] = [{ cluster: 'eks', removals: '0123456789abcdef', until: '2020-01-01T00:00:00Z' }];
    },
    finds: ['configuration', 'CFG081', 'warning', /is in the past/, /./],
  },
  'a kubeconfig that is not there': {
    edit: (document) => cluster(document, { kubeconfig: { file: './gone.yaml' } }),
    finds: ['cluster eks', 'kubeconfig', 'failed', /gone\.yaml: it does not exist/, /Check the path/],
  },
  'a kubeconfig that starts a program': {
    prepare: (world) => world.editKubeconfig(/token: .*/, 'exec: { command: aws }'),
    finds: ['configuration', 'kubeconfig', 'failed', /exec starts a program/, /auth:|serviceaccount/],
  },
  'two entries for one namespace of one API server': {
    prepare: (world) => world.putFile('other.kubeconfig', world.cluster.kubeconfig()),
    edit: (document) => {
      document.clusters.push({ ...document.clusters[0], name: 'aks', kubeconfig: { file: './other.kubeconfig' } });
    },
    finds: ['configuration', 'kubeconfig', 'failed', /eks and aks write to the namespace isthmus/, /./],
  },
  'an identity that may not list namespaces': {
    prepare: ({ cloudMap }) => void cloudMap.model.faults.set({ kind: 'accessDenied', operation: 'ListNamespaces' }),
    finds: [
      'source us',
      'permissions',
      'failed',
      /servicediscovery:ListNamespaces$/,
      /"servicediscovery:ListNamespaces"/,
    ],
  },
  'an identity that may not discover instances': {
    prepare: ({ cloudMap }) => void cloudMap.model.faults.set({ kind: 'accessDenied', operation: 'DiscoverInstances' }),
    finds: [
      'source us',
      'permissions',
      'failed',
      /may not call servicediscovery:DiscoverInstances$/,
      /"Action": \[\n *"servicediscovery:DiscoverInstances"\n *\],\n *"Resource": "\*"/,
    ],
  },
  'an identity without any right': {
    prepare: ({ cloudMap }) => void cloudMap.model.faults.set({ kind: 'accessDenied' }),
    finds: ['source us', 'aws', 'failed', /refuses everything/, /which identity/],
  },
  'the credentials of another account': {
    edit: (document) => source(document, { account: '999988887777' }),
    finds: ['source us', 'account', 'failed', /those of account 111122223333/, /account: "111122223333"/],
  },
  'an endpoint where nobody listens': {
    edit: (document) => source(document, { endpoint: 'http://127.0.0.1:1' }),
    finds: ['source us', 'aws', 'failed', /connection failed/, /DNS, routes and firewalls/],
  },
  'an access key whose file is not there': {
    edit: (document) =>
      source(document, { credentials: { static: { accessKeyIdFile: './a', secretAccessKeyFile: './b' } } }),
    finds: ['source us', 'aws', 'failed', /no usable AWS credentials.*reading the access key/, /identity/],
  },
  'a region in which Cloud Map is not used': {
    edit: (document) => source(document, { region: 'eu-west-1' }),
    finds: ['source us', 'account', 'warning', /there is no namespace/, /used in eu-west-1 at all/],
  },
  'an API server whose name is not in DNS': {
    prepare: (world) => world.editKubeconfig(/server: .*/, 'server: https://api.cluster.invalid'),
    finds: ['cluster eks', 'dns', 'failed', /api\.cluster\.invalid cannot be resolved/, /server of the kubeconfig/],
  },
  'an API server at a port where nobody listens': {
    prepare: (world) => world.editKubeconfig(/server: .*/, 'server: https://127.0.0.1:1'),
    finds: ['cluster eks', 'tcp', 'failed', /127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/, /firewalls/],
  },
  'a port that speaks no TLS': {
    prepare: async (world) => {
      const port = await world.listen(createTcpServer(speakPlainly));
      world.editKubeconfig(/server: .*/, `server: https://127.0.0.1:${port}`);
    },
    finds: ['cluster eks', 'tls', 'failed', /the TLS handshake failed/, /plain HTTP/],
  },
  'the CA of another cluster': {
    prepare: async (world) => {
      const { cert } = await certificate(LOOPBACK, { from: -1, to: 99 });
      const data = Buffer.from(cert).toString('base64');
      world.editKubeconfig(/certificate-authority-data: .*/, `certificate-authority-data: ${data}`);
    },
    finds: ['cluster eks', 'tls', 'failed', /not trusted/, /certificate-authority-data/],
  },
  'a certificate for another name': {
    prepare: async (world) => {
      const names = [{ type: 2, value: 'api.internal.example.com' }];
      await serveWith(world, await certificate(names, { from: -1, to: 99 }));
    },
    finds: [
      'cluster eks',
      'tls',
      'failed',
      /for api\.internal\.example\.com, not for 127/,
      /tls-server-name: api\.internal\.example\.com/,
    ],
  },
  'a certificate that has expired': {
    prepare: async (world) => serveWith(world, await certificate(LOOPBACK, { from: -9, to: -1 })),
    finds: ['cluster eks', 'tls', 'failed', /valid from .* to /, /Renew the certificate/],
  },
  'a token that is not valid any more': {
    prepare: (world) => world.editKubeconfig(/token: .*/, 'token: yesterday'),
    finds: ['cluster eks', 'auth', 'failed', /401/, /isthmus cluster add/],
  },
  'a token that ends within a week': {
    prepare: (world) => {
      const end = { exp: Math.floor(Date.now() / 1000) + 3 * 86_400 + 60 };
      const token = ['{}', JSON.stringify(end), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
      const { model } = world.cluster;
      model.setUser({ name: 'isthmus', token, rights: model.user('isthmus')?.rights ?? [] });
      world.editKubeconfig(/token: .*/, `token: ${token}`);
    },
    finds: ['cluster eks', 'expiry', 'warning', /ends at 20.*Z, in 3 days/, /isthmus cluster add eks --context/],
  },
  'an API server with a clock of its own': {
    emulator: { nowMs: () => Date.now() + 600_000 },
    finds: ['cluster eks', 'clock', 'warning', /differs from this one by (599|60[01]) s/, /NTP/],
  },
  'an API server that never answers': {
    prepare: ({ cluster: { model } }) => void model.faults.add({ kind: 'hang' }),
    timeoutMs: 300,
    finds: ['cluster eks', 'timeout', 'failed', /not done in 0\.3 s/, /--timeout/],
  },
  'a cluster without Istio': {
    emulator: { versions: [] },
    finds: ['cluster eks', 'crd', 'failed', /does not serve ServiceEntry/, /helm install istio-base/],
  },
  'an Istio that is old': {
    emulator: { versions: ['v1beta1'] },
    finds: ['cluster eks', 'crd', 'warning', /v1beta1/, /Upgrade Istio/],
  },
  'a namespace that does not exist': {
    prepare: ({ cluster: { model, kubeconfig } }) => {
      const [, token = ''] = /token: (\S+)/.exec(kubeconfig()) ?? [];
      model.setUser({ name: 'isthmus', token, rights: 'all' });
    },
    edit: (document) => cluster(document, { namespace: 'mesh' }),
    finds: ['cluster eks', 'namespace', 'failed', /namespace mesh does not exist/, /kubectl create namespace mesh/],
  },
  'a webhook that refuses': {
    prepare: ({ cluster: { model } }) => void model.faults.add({ kind: 'webhook' }),
    finds: ['cluster eks', 'write', 'failed', /webhook/, /istiod/],
  },
  'istio-cloud-map beside the hub': {
    prepare: (world) => {
      const owner = { apiVersion: 'cloudmap.istio.io', kind: 'ServiceController', name: 'a', uid: 'b' };
      world.putEntry({ name: 'cloudmap-a.shop', ownerReferences: [owner] }, 'a.shop');
    },
    finds: ['cluster eks', 'conflicts', 'failed', /istio-cloud-map owns 1/, /metadata\/ownerReferences/],
  },
  'a host that somebody else has too': {
    prepare: (world) => {
      const labels = { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'test' };
      world.putEntry({ name: 'ours', labels, annotations: { 'isthmus.dev/cluster': 'eks' } }, 'a.shop');
      world.putEntry({ name: 'by-hand' }, 'A.shop');
    },
    finds: ['cluster eks', 'conflicts', 'failed', /a\.shop \(by-hand\)/, /to\.host/],
  },
  'entries of another entry of clusters': {
    prepare: (world) => {
      const labels = { 'app.kubernetes.io/managed-by': 'isthmus', 'isthmus.dev/hub': 'test' };
      world.putEntry({ name: 'ours', labels, annotations: { 'isthmus.dev/cluster': 'aks' } }, 'a.shop');
    },
    finds: ['cluster eks', 'conflicts', 'failed', /1 entries .* another entry of clusters/, /formerNames/],
  },
  'a remote that is written to': {
    edit: (document) => cluster(document, { role: 'remote', routes: [] }),
    finds: ['cluster eks', 'istiod', 'warning', /have no effect/, /push: false/],
  },
};
