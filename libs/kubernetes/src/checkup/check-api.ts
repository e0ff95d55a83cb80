import type { Check } from '@isthmus/model';
import { broken, fine, unseen, warned } from '@isthmus/model';
import { isRecord } from '../json.js';
import type { ApiQuestions, ApiReply } from './api-question.js';

/** Beyond this difference tokens and certificates are refused for their times, or soon are. */
const SKEW_MS = 60_000;
/** The oldest minor version of Kubernetes that is tried. */
const OLDEST_MINOR = 25;
const ANONYMOUS = 'system:anonymous';
const VERSIONS = ['v1', 'v1beta1', 'v1alpha3'] as const;

/** Whether the credential is accepted, and by which clock and version the API server goes. */
export async function checkApi(ask: ApiQuestions, nowMs: () => number): Promise<readonly Check[]> {
  // Every authenticated user may do this, whatever its rights, and nobody else.
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const me = await ask.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
  const auth = judgeCredential(me);
  if (auth.outcome === 'failed') return [auth];
  return [auth, clockCheck(me, nowMs()), versionCheck(await ask.get('/version'))];
}

/** The newest version of ServiceEntry that is served, and whether that is enough. */
export async function checkEntryApi(ask: ApiQuestions): Promise<{ readonly check: Check; readonly version?: string }> {
  for (const version of VERSIONS) {
    const { status, json, error } = await ask.get(`/apis/networking.istio.io/${version}`);
    if (status === 0) return { check: unseen('crd', error?.message ?? 'it did not answer') };
    const resources = Array.isArray(json?.['resources']) ? json['resources'].filter(isRecord) : [];
    if (status !== 200 || !resources.some(({ name }) => name === 'serviceentries')) continue;
    const message = `ServiceEntry is served as networking.istio.io/${version}`;
    if (version === 'v1') return { check: fine('crd', message), version };
    return { check: warned('crd', message, 'Upgrade Istio: from 1.22 on it serves v1.'), version };
  }
  const fix = [
    'Install the CRDs of Istio:',
    '  helm repo add istio https://istio-release.storage.googleapis.com/charts',
    '  helm install istio-base istio/base -n istio-system --create-namespace',
  ].join('\n');
  return { check: broken('crd', 'the cluster does not serve ServiceEntry', fix) };
}

function judgeCredential({ status, json, answer, error }: ApiReply): Check {
  if (status === 401) {
    const fix =
      'Make a new token, and put it into the kubeconfig: isthmus cluster add does both, and is safe to run again.';
    return broken('auth', 'the API server refused the credential (401)', fix);
  }
  if (status === 0) return broken('auth', error?.message ?? 'no answer', 'Look at the network in between.');
  const info = isRecord(json?.['status']) ? json['status']['userInfo'] : undefined;
  const name = isRecord(info) && typeof info['username'] === 'string' ? info['username'] : undefined;
  const isNobody = name === ANONYMOUS || (status === 403 && answer?.text.includes(ANONYMOUS) === true);
  if (isNobody) {
    return broken('auth', 'the API server takes the hub for nobody (anonymous)', 'Put a token into the kubeconfig.');
  }
  // An API server before 1.28 does not know who asks, and says so only to those that it knows.
  return fine('auth', name === undefined ? 'the credential is accepted' : `the credential is that of ${name}`);
}

function clockCheck({ answer }: ApiReply, nowMs: number): Check {
  const serverMs = answer?.serverTimeMs ?? Number.NaN;
  if (Number.isNaN(serverMs)) return unseen('clock', 'the API server does not say what time it has');
  const seconds = Math.round(Math.abs(serverMs - nowMs) / 1000);
  const message = `its clock differs from this one by ${seconds} s`;
  if (seconds * 1000 <= SKEW_MS) return fine('clock', message);
  return warned('clock', message, 'Set both clocks by NTP: tokens and graces go by them.');
}

function versionCheck({ status, json }: ApiReply): Check {
  const version = json?.['gitVersion'];
  const [, minor] = typeof version === 'string' ? (/^v1\.(\d+)/.exec(version) ?? []) : [];
  if (status !== 200 || minor === undefined) return unseen('version', 'the API server does not say its version');
  const message = `Kubernetes ${String(version).slice(0, 40)}`;
  if (Number(minor) >= OLDEST_MINOR) return fine('version', message);
  return warned('version', message, `Upgrade the cluster: Isthmus is tried from 1.${OLDEST_MINOR} on.`);
}
