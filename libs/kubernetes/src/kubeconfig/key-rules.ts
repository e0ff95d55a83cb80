import type { KubeconfigProblemCode } from './kubeconfig.js';
import { FLATTEN_REMEDY, TOKEN_KUBECONFIG_REMEDY } from './remedies.js';

/** A key that is refused whatever its value is, and why. */
export interface Refusal {
  readonly code: KubeconfigProblemCode;
  readonly message: string;
}

/** The keys of one level: those that are read, those without meaning for us, and those that are refused by name. */
export interface KeyRules {
  readonly read: readonly string[];
  readonly inert: readonly string[];
  readonly refused: Readonly<Record<string, Refusal>>;
}

const filePath: Refusal = {
  code: 'file-path',
  message: `points at a file, and the hub reads no file that a kubeconfig names → ${FLATTEN_REMEDY}`,
};
const impersonation: Refusal = {
  code: 'impersonation',
  message: 'impersonates somebody → give the hub a credential of its own',
};
const password: Refusal = {
  code: 'password',
  message: 'is basic authentication, which Kubernetes no longer knows → give the hub a token',
};

export const ROOT_KEYS: KeyRules = {
  read: ['apiVersion', 'kind', 'clusters', 'users', 'contexts', 'current-context'],
  inert: ['preferences', 'extensions'],
  refused: {},
};

/** The root where the credential comes from elsewhere. */
export const SERVER_ROOT_KEYS: KeyRules = {
  read: ['apiVersion', 'kind', 'clusters'],
  inert: [...ROOT_KEYS.inert, 'users', 'contexts', 'current-context'],
  refused: {},
};

export const CLUSTER_KEYS: KeyRules = {
  read: ['server', 'certificate-authority-data', 'tls-server-name', 'insecure-skip-tls-verify'],
  inert: ['extensions', 'disable-compression'],
  refused: {
    'certificate-authority': filePath,
    'proxy-url': { code: 'proxy', message: 'is not supported → make the API server reachable without a proxy' },
  },
};

export const USER_KEYS: KeyRules = {
  read: ['token', 'client-certificate-data', 'client-key-data'],
  inert: ['extensions'],
  refused: {
    exec: {
      code: 'exec',
      message: `starts a program, and the hub starts none → ${TOKEN_KUBECONFIG_REMEDY}`,
    },
    'auth-provider': {
      code: 'auth-provider',
      message: `starts a program or reads files, and the hub does neither → ${TOKEN_KUBECONFIG_REMEDY}`,
    },
    tokenFile: filePath,
    'token-file': filePath,
    'client-certificate': filePath,
    'client-key': filePath,
    as: impersonation,
    'as-uid': impersonation,
    'as-groups': impersonation,
    'as-user-extra': impersonation,
    username: password,
    password,
  },
};

export const CONTEXT_KEYS: KeyRules = {
  read: ['cluster', 'user', 'namespace'],
  inert: ['extensions'],
  refused: {},
};
