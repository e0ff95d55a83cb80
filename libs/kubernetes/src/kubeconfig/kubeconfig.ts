import type { Secret } from '@isthmus/model';

/** A cluster and a credential for it, as a kubeconfig gave them: nothing in it points outside itself. */
export interface Kubeconfig {
  /** `https://host[:port][/prefix]`, without a slash at its end. */
  readonly server: string;
  /** PEM; absent: the machine's own authorities. */
  readonly caPem: string | undefined;
  /** The name that the server's certificate must carry, when it is not the host of `server`. */
  readonly serverName: string | undefined;
  readonly token: Secret | undefined;
  readonly clientCertificate: ClientCertificate | undefined;
  /** The namespace of the context; Isthmus writes to the one of its own configuration. */
  readonly namespace: string | undefined;
}

/** A client certificate with its private key, both PEM. */
export interface ClientCertificate {
  readonly certPem: string;
  readonly keyPem: Secret;
}

/** What can be wrong with a kubeconfig. */
export type KubeconfigProblemCode =
  | 'too-large'
  | 'yaml'
  | 'unknown-key'
  | 'wrong-type'
  | 'missing'
  | 'not-one-context'
  | 'exec'
  | 'auth-provider'
  | 'file-path'
  | 'insecure'
  | 'proxy'
  | 'impersonation'
  | 'password'
  | 'server'
  | 'credential'
  | 'pem';

/** One thing that is wrong with a kubeconfig: where, what, and what to do. It holds no value of the file. */
export interface KubeconfigProblem {
  readonly code: KubeconfigProblemCode;
  /** `<where>:<line>:<column>`, both counted from 1. */
  readonly place: string;
  readonly message: string;
}
