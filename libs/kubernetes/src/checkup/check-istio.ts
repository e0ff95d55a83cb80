import type { Check, ClusterRole } from '@isthmus/model';
import { fine, unseen, warned } from '@isthmus/model';
import { parse } from 'yaml';
import { isRecord } from '../json.js';
import type { ApiQuestions, ApiReply } from './api-question.js';

const SYSTEM = 'istio-system';
/** Of a mesh configuration that is larger, somebody else made it. */
const MAX_MESH_BYTES = 262_144;

/** Whether an istiod here reads the entries, and whether workloads resolve their hosts: what can be seen of both. */
export async function checkIstio(ask: ApiQuestions, role: ClusterRole): Promise<readonly Check[]> {
  const [istiods, ztunnel, mesh] = await Promise.all([
    ask.get(`/apis/apps/v1/namespaces/${SYSTEM}/deployments?labelSelector=app%3Distiod&limit=1`),
    ask.get(`/apis/apps/v1/namespaces/${SYSTEM}/daemonsets/ztunnel`),
    ask.get(`/api/v1/namespaces/${SYSTEM}/configmaps/istio`),
  ]);
  return [istiodCheck(istiods, role), captureCheck(ztunnel, mesh)];
}

function istiodCheck({ status, json }: ApiReply, role: ClusterRole): Check {
  if (role === 'remote') {
    const message = 'a remote: istiod reads ServiceEntries from its config cluster only, so those here have no effect';
    return warned('istiod', message, 'Map them to its primary, or set push: false.');
  }
  if (status !== 200) {
    return unseen('istiod', `whether an istiod runs here is not for the hub to see (deployments in ${SYSTEM})`);
  }
  const items = Array.isArray(json?.['items']) ? json['items'] : [];
  if (items.length > 0) return fine('istiod', `an istiod runs in ${SYSTEM}`);
  if (role === 'external-config') return fine('istiod', `no istiod runs in ${SYSTEM}: one outside reads the entries`);
  const fix = 'If another cluster has the istiod of this one, write role: remote; else install istiod.';
  return warned('istiod', `no istiod runs in ${SYSTEM}, so nobody reads the entries`, fix);
}

/** Source: istio.io, “DNS Proxying”: without it a host that no DNS server knows is not resolved in a sidecar. */
function captureCheck(ztunnel: ApiReply, mesh: ApiReply): Check {
  if (ztunnel.status === 200) return fine('dns-capture', 'ambient: ztunnel resolves the hosts of ServiceEntries');
  if (mesh.status !== 200) {
    return unseen('dns-capture', `whether sidecars resolve the hosts is not for the hub to see (ConfigMap istio)`);
  }
  const metadata = proxyMetadata(mesh.json?.['data']);
  if (String(metadata['ISTIO_META_DNS_CAPTURE']) === 'true') {
    return fine('dns-capture', 'sidecars resolve the hosts of ServiceEntries');
  }
  const fix = [
    'In the mesh configuration (for workloads that no DNS server tells the hosts):',
    '  meshConfig:',
    '    defaultConfig:',
    '      proxyMetadata:',
    '        ISTIO_META_DNS_CAPTURE: "true"',
  ].join('\n');
  return warned('dns-capture', 'sidecars do not resolve hosts that no DNS server knows', fix);
}

function proxyMetadata(data: unknown): Readonly<Record<string, unknown>> {
  const text = isRecord(data) && typeof data['mesh'] === 'string' ? data['mesh'] : '';
  if (text.length > MAX_MESH_BYTES) return {};
  try {
    const mesh: unknown = parse(text, { maxAliasCount: 100 });
    const proxy = isRecord(mesh) ? mesh['defaultConfig'] : undefined;
    const metadata = isRecord(proxy) ? proxy['proxyMetadata'] : undefined;
    return isRecord(metadata) ? metadata : {};
  } catch {
    return {};
  }
}
