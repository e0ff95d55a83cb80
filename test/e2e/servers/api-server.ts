import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiCall, ApiReply } from './api-call.js';
import { callApi } from './api-call.js';
import { LOOPBACK, freePort } from './free-port.js';
import { ServerProcess, until } from './server-process.js';

/** What an API server is started with. */
export interface ApiServerOptions {
  readonly binary: string;
  readonly etcdUrl: string;
  /** Prefix of its keys in etcd: API servers of one etcd with different prefixes know nothing of each other. */
  readonly prefix: string;
  /** An empty folder for its certificates, keys and log. */
  readonly folder: string;
  readonly flags?: readonly string[];
}

/** A real kube-apiserver with RBAC on: no controllers, no admission but its own. */
export class ApiServer {
  readonly url: string;
  readonly adminToken = newToken();
  /** Of the ServiceAccount that `deploy/rbac` names, for as long as this server runs, unlike one that it hands out. */
  readonly hubToken = newToken();
  /** Of a user without any rights. */
  readonly nobodyToken = newToken();
  readonly #options: ApiServerOptions;
  readonly #port: number;
  #process: ServerProcess | undefined;
  #caPem = '';

  private constructor(options: ApiServerOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.url = `https://${LOOPBACK}:${port}`;
  }

  static async start(options: ApiServerOptions): Promise<ApiServer> {
    const server = new ApiServer(options, await freePort());
    server.#writeKeys();
    await server.start();
    return server;
  }

  /** Its own certificate, which is its CA as well. */
  get caPem(): string {
    return this.#caPem;
  }

  /** Starts it where it was, and resolves when it is ready. */
  async start(): Promise<void> {
    this.launch();
    await this.untilReady();
  }

  /** Starts it and does not wait. */
  launch(): void {
    const log = this.#file('log');
    this.#process = new ServerProcess(this.#options.binary, this.#words(), { log });
  }

  async untilReady(): Promise<void> {
    await until(`API server ready, see ${this.#file('log')}`, 90_000, async () => {
      if (this.#process?.hasEnded() === true) this.launch();
      this.#caPem = readFileSync(this.#file('apiserver.crt'), 'utf8');
      return (await this.call({ path: '/readyz' })).status === 200;
    });
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** Throws its certificate away: the next start makes another one. */
  forgetCertificate(): void {
    for (const name of ['apiserver.crt', 'apiserver.key']) rmSync(this.#file(name));
  }

  /** A request of an administrator, unless another token is given. */
  call(call: ApiCall): Promise<ApiReply> {
    return callApi({ url: this.url, caPem: this.#caPem, token: this.adminToken }, call);
  }

  #words(): readonly string[] {
    const { etcdUrl, prefix, folder, flags = [] } = this.#options;
    return [
      `--etcd-servers=${etcdUrl}`,
      `--etcd-prefix=/${prefix}`,
      `--bind-address=${LOOPBACK}`,
      `--advertise-address=${LOOPBACK}`,
      `--secure-port=${this.#port}`,
      '--endpoint-reconciler-type=none',
      `--cert-dir=${folder}`,
      `--service-account-issuer=${this.url}`,
      `--service-account-key-file=${this.#file('sa.pub')}`,
      `--service-account-signing-key-file=${this.#file('sa.key')}`,
      `--token-auth-file=${this.#file('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      '--service-cluster-ip-range=10.96.0.0/24',
      '--profiling=false',
      ...flags,
    ];
  }

  #writeKeys(): void {
    mkdirSync(this.#options.folder, { recursive: true });
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const secret = { mode: 0o600 };
    writeFileSync(this.#file('sa.key'), privateKey, secret);
    writeFileSync(this.#file('sa.pub'), publicKey);
    const tokens = [
      `${this.adminToken},admin,1,"system:masters"`,
      `${this.hubToken},system:serviceaccount:isthmus:isthmus,2`,
      `${this.nobodyToken},nobody,3`,
    ];
    writeFileSync(this.#file('tokens.csv'), `${tokens.join('\n')}\n`, secret);
  }

  #file(name: string): string {
    return join(this.#options.folder, name);
  }
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}
