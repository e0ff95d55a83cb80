/** What a kubeconfig says about one cluster and one user. */
export interface KubeconfigParts {
  readonly name: string;
  readonly server: string;
  readonly caPem: string;
  readonly user: string;
  readonly token: string;
}

/** A kubeconfig with one cluster, one user and one context, everything inline. */
export function renderKubeconfig(parts: KubeconfigParts): string {
  const { name, server, caPem, user, token } = parts;
  return [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `  - name: ${name}`,
    '    cluster:',
    `      server: ${server}`,
    `      certificate-authority-data: ${Buffer.from(caPem).toString('base64')}`,
    'users:',
    `  - name: ${user}`,
    '    user:',
    `      token: ${token}`,
    'contexts:',
    `  - name: ${name}`,
    '    context:',
    `      cluster: ${name}`,
    `      user: ${user}`,
    `current-context: ${name}`,
    '',
  ].join('\n');
}
