import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { makeCertificate } from '../../../apps/kube-emulator/src/certificate.js';
import type { TestCluster } from '../../e2e/servers/index.js';
import { jsonOf, LOOPBACK } from '../../e2e/servers/index.js';

/** The node that every pod of a page is on. */
export const NODE = 'node-1';

/**
 * What a kubelet is to `kubectl logs`: it answers with the file that a pod writes. It refuses to upgrade a connection,
 * so that `port-forward` and `exec` come as far as here and no further.
 */
export class KubeletStandIn {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Makes the node in the cluster; `logOf` is the file of a pod. */
  static async start({ server: api }: TestCluster, logOf: (pod: string) => string): Promise<KubeletStandIn> {
    const { keyPem, certPem } = await makeCertificate(NODE);
    const server = createServer({ key: keyPem, cert: certPem }, (request, response) => {
      const [, pod] = /^\/containerLogs\/[^/]+\/([^/]+)\/isthmus/.exec(request.url ?? '') ?? [];
      if (pod === undefined) response.writeHead(403).end('this kubelet shows logs');
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(readFileSync(logOf(pod)));
    });
    await new Promise<void>((resolve) => void server.listen(0, LOOPBACK, resolve));
    const { port: Port } = server.address() as AddressInfo;
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
    jsonOf(await api.call({ method: 'POST', path: '/api/v1/nodes', body: node }), 201);
    const status = {
      addresses: [{ type: 'InternalIP', address: LOOPBACK }],
      daemonEndpoints: { kubeletEndpoint: { Port } },
    };
    const type = 'application/merge-patch+json';
    jsonOf(await api.call({ method: 'PATCH', path: `/api/v1/nodes/${NODE}/status`, body: { status }, type }), 200);
    return new KubeletStandIn(server);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
