import { parseConfig } from '@isthmus/config';
import { checkKubeconfig } from './kubeconfig-check.js';

const kubeconfig = (user: string): string => `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://api.example.com:6443" } }]
users: [{ name: u, user: ${user} }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;

describe('checkKubeconfig', () => {
  it('gives the API server of one that the hub can use', async () => {
    await expect(checkKubeconfig(kubeconfig('{ token: abc }'), 'east.yaml', 'kubeconfig')).resolves.toEqual({
      ok: true,
      value: { server: 'https://api.example.com:6443' },
    });
  });

  it('refuses one that starts a program, tells where, and what to do instead', async () => {
    const checked = await checkKubeconfig(kubeconfig('{ exec: { command: aws } }'), 'east.yaml', 'kubeconfig');
    expect(checked).toMatchObject({ ok: false });
    expect(checked.ok ? [] : checked.error).toContainEqual({
      message: expect.stringMatching(/^east\.yaml:4:\d+ .*starts a program/),
      remedy: expect.stringContaining('ServiceAccount token'),
    });
  });

  it('prints an auth for each cloud that the configuration takes', async () => {
    const checked = await checkKubeconfig(kubeconfig('{ exec: { command: aws } }'), 'east.yaml', 'kubeconfig');
    const remedy = checked.ok ? '' : (checked.error[0]?.remedy ?? '');
    const printed = remedy.match(/auth: \{ .* \}(?= )/g) ?? [];
    const kinds = printed.map((auth) => {
      const filled = auth
        .replace('REGION', 'us-east-1')
        .replaceAll(/TENANT|CLIENT/g, '11111111-2222-3333-4444-555555555555');
      const entry = `{ name: a, role: primary, kubeconfig: { file: a }, ${filled} }`;
      const text = `apiVersion: isthmus.dev/v1\nhub: { name: x }\nclusters: [${entry}]\n`;
      const parsed = parseConfig(text, { file: 'isthmus.yaml', folder: '/' });
      return parsed.ok ? parsed.value.configuration.clusters[0]?.auth.kind : parsed.error;
    });
    expect(kinds).toEqual(['eks', 'aks', 'gke']);
  });

  it('takes the same one where the hub asks a cloud for tokens: nothing of its user is read', async () => {
    const checked = await checkKubeconfig(kubeconfig('{ exec: { command: aws } }'), 'east.yaml', 'elsewhere');
    expect(checked).toEqual({ ok: true, value: { server: 'https://api.example.com:6443' } });
  });
});
