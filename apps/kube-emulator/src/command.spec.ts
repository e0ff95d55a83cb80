import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runKubeEmulator } from './command.js';

const MANIFESTS = `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: legacy, namespace: shop }
spec: { hosts: [legacy.shop], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }] }
`;

describe('runKubeEmulator', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kube-emulator-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('prints one JSON line and writes kubeconfigs that only their owner can read', async () => {
    const [kubeconfig, admin, seed] = ['hub.yaml', 'admin.yaml', 'seed.yaml'].map((file) => join(folder, file));
    writeFileSync(seed ?? '', MANIFESTS);
    writeFileSync(kubeconfig ?? '', 'old', { mode: 0o644 });
    let printed = '';
    const emulator = await runKubeEmulator(
      [
        '--name',
        'eks',
        '--seed',
        seed ?? '',
        '--kubeconfig-out',
        kubeconfig ?? '',
        '--admin-kubeconfig-out',
        admin ?? '',
      ],
      (text) => (printed += text),
    );
    expect(JSON.parse(printed)).toEqual({ listening: emulator?.url, kubeconfig });
    expect(printed.endsWith('}\n')).toBe(true);
    expect([kubeconfig, admin].map((file) => statSync(file ?? '').mode & 0o777)).toEqual([0o600, 0o600]);
    expect(readFileSync(kubeconfig ?? '', 'utf8')).toBe(emulator?.kubeconfig());
    expect(emulator?.model.entries('shop')).toHaveLength(1);
    await emulator?.close();
  });

  it('prints its usage and starts nothing when asked for help', async () => {
    let printed = '';
    expect(await runKubeEmulator(['--help'], (text) => (printed += text))).toBeUndefined();
    expect(printed).toContain('usage: kube-emulator');
  });

  it('refuses a port that is none and an option that it does not know', async () => {
    await expect(runKubeEmulator(['--port', 'x'], () => undefined)).rejects.toThrow('--port is a number');
    await expect(runKubeEmulator(['--bogus'], () => undefined)).rejects.toThrow('Unknown option');
  });
});
