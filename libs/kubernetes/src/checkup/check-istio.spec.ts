import type { ClusterRole } from '@isthmus/model';
import type { JsonRecord } from '../json.js';
import type { ApiQuestions, ApiReply } from './api-question.js';
import { checkIstio } from './check-istio.js';

const reply = (status: number, json?: JsonRecord): ApiReply => ({ status, json, answer: undefined, error: undefined });
const ISTIOD = reply(200, { items: [{}] });
const NONE = reply(404);
const meshOf = (mesh: string): ApiReply => reply(200, { data: { mesh } });
const CAPTURED = 'defaultConfig: { proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true" } }';

/** What is found of istiod and on DNS capture in a cluster that answers so. */
async function outcomesOf({
  role = 'primary' as ClusterRole,
  istiods = ISTIOD,
  ztunnel = NONE,
  mesh = meshOf(CAPTURED),
}): Promise<readonly string[]> {
  const get = (path: string): Promise<ApiReply> =>
    Promise.resolve(path.includes('deployments') ? istiods : path.includes('daemonsets') ? ztunnel : mesh);
  const ask: ApiQuestions = { get, post: () => Promise.reject(new Error('nothing is posted')) };
  return (await checkIstio(ask, role)).map(({ name, outcome }) => `${name} ${outcome}`);
}

describe('checkIstio', () => {
  it.each([
    ['an istiod and captured DNS', {}, 'istiod ok', 'dns-capture ok'],
    ['a remote, whose entries no istiod reads', { role: 'remote' as const }, 'istiod warning', 'dns-capture ok'],
    ['no istiod', { istiods: reply(200, { items: [] }) }, 'istiod warning', 'dns-capture ok'],
    [
      'no istiod where one outside reads',
      { role: 'external-config' as const, istiods: reply(200, { items: [] }) },
      'istiod ok',
      'dns-capture ok',
    ],
    [
      'nothing that the hub may see',
      { istiods: reply(403), mesh: reply(403) },
      'istiod unknown',
      'dns-capture unknown',
    ],
    ['sidecars that ask other DNS servers only', { mesh: meshOf('{}') }, 'istiod ok', 'dns-capture warning'],
    ['a mesh configuration that cannot be read', { mesh: meshOf('[') }, 'istiod ok', 'dns-capture warning'],
    ['ambient, which captures DNS', { ztunnel: reply(200), mesh: meshOf('{}') }, 'istiod ok', 'dns-capture ok'],
  ])('with %s', async (_, cluster, istiod, capture) => {
    expect(await outcomesOf(cluster)).toEqual([istiod, capture]);
  });
});
