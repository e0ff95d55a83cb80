import { basename, resolve } from 'node:path';
import type {
  ClusterSecretsSettings,
  Configuration,
  ElectionSettings,
  KubeconfigPlace,
  Result,
  SourceCredentials,
  StoreSettings,
} from '@isthmus/model';
import { compareText, err, ok } from '@isthmus/model';
import { checkApprovals, checkClusters } from './checks/clusters.js';
import { checkFieldNames, checkFormerNames } from './checks/names.js';
import { checkRoutes } from './checks/routes.js';
import { checkLocalities } from './checks/selectors.js';
import { checkSources } from './checks/sources.js';
import { checkStore } from './checks/store.js';
import { checkTimes } from './checks/times.js';
import { withDefaults } from './defaults.js';
import { outlineOf } from './outline.js';
import type { ConfigPath, ConfigProblem, Finding } from './problem.js';
import { toProblem } from './problem.js';
import { placedRoutes } from './placed-routes.js';
import { schemaFindings } from './schema-findings.js';
import { clusterSecrets } from './schema/cluster-secrets.js';
import type { CheckedDocument } from './schema/document.js';
import { document } from './schema/document.js';
import { redisSettings } from './schema/store.js';
import { unlistedCluster } from './unlisted-cluster.js';
import { takeUnserved } from './unserved-fields.js';
import { readYaml } from './yaml-document.js';

/** Where a configuration comes from. */
export interface ConfigOrigin {
  /** As it is shown in problems. */
  readonly file: string;
  /** Absolute; relative paths in the file start here. */
  readonly folder: string;
  /** Epoch; with it, pauses and approvals that are over are warned of. */
  readonly nowMs?: number;
}

/** A configuration that can be used. */
export interface ParsedConfig {
  readonly configuration: Configuration;
  /** What is legal but probably not meant, in the order of the file. */
  readonly warnings: readonly ConfigProblem[];
  /** A problem that only the world around the file shows (a missing kubeconfig), at its place in the file. */
  readonly problemAt: (finding: Finding) => ConfigProblem;
}

/**
 * Reads `isthmus.yaml`, and never throws. A failure holds every error at once, in the order of the file; warnings come
 * with a configuration that can be used.
 */
export function parseConfig(text: string, origin: ConfigOrigin): Result<ParsedConfig, readonly ConfigProblem[]> {
  const yaml = readYaml(text);
  const refusals = takeUnserved(yaml.value);
  const effective = withDefaults(yaml.value);
  const written = (finding: Finding): Finding => ({ ...finding, path: effective.originOf(finding.path) });
  const placed = (finding: Finding): ConfigProblem =>
    toProblem(finding, origin.file, finding.place ?? yaml.locate(finding.path, finding.at));
  const { checked, findings } = checkDocument(effective.value, origin);
  const problems = inOrder([...yaml.findings, ...refusals, ...findings.map(written)].map(placed));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || checked === undefined) return err(errors);
  const placeOf = (path: ConfigPath): string => `${basename(origin.file)}:${yaml.locate(path).line}`;
  const around = { placeOf: (path: ConfigPath) => placeOf(effective.originOf(path)), origin };
  const problemAt = (finding: Finding): ConfigProblem => placed(written(finding));
  const configuration = {
    ...toConfiguration(checked, around),
    unlistedCluster: unlistedCluster(yaml.value, placeOf),
  };
  return ok({ configuration, warnings: problems, problemAt });
}

interface Checked {
  /** Undefined when the document does not fit the schema. */
  readonly checked: CheckedDocument | undefined;
  readonly findings: readonly Finding[];
}

function checkDocument(value: unknown, { folder, nowMs }: ConfigOrigin): Checked {
  if (value === undefined) return { checked: undefined, findings: [] };
  const { data: checked, error } = document.safeParse(value);
  const outline = outlineOf(value);
  const findings = [
    // What is missing in a default may stand in the entries, which are checked with it.
    ...schemaFindings(error?.issues ?? [], value).filter(
      ({ code, path }) => code !== 'CFG006' || path[0] !== 'defaults',
    ),
    ...checkFieldNames(value),
    ...checkSources(outline),
    ...checkClusters(outline, folder),
    ...checkApprovals(outline),
    ...checkFormerNames(outline),
    ...checkLocalities(outline),
    ...checkRoutes(outline),
    ...checkStore(outline),
    ...(nowMs === undefined ? [] : checkTimes(outline, nowMs)),
  ];
  return { checked, findings };
}

/** In the order of the file; what several entries take from one default is said once. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const distinct = new Map(
    problems.map((problem) => [JSON.stringify([problem.path, problem.code, problem.message]), problem]),
  );
  return [...distinct.values()].toSorted(
    (a, b) => a.line - b.line || a.column - b.column || compareText(a.code, b.code) || compareText(a.path, b.path),
  );
}

function toConfiguration(
  checked: CheckedDocument,
  { placeOf, origin }: { readonly placeOf: (path: ConfigPath) => string; readonly origin: ConfigOrigin },
): Omit<Configuration, 'unlistedCluster'> {
  const clusters = checked.clusters.map((cluster, index) => ({
    ...cluster,
    kubeconfig: locatedKubeconfig(cluster.kubeconfig, origin),
    routes: placedRoutes(cluster.routes, ['clusters', index], placeOf),
  }));
  const sources = checked.sources.map((source) => ({ ...source, credentials: located(source.credentials, origin) }));
  return {
    hub: checked.hub,
    store: storeOf(checked, origin),
    election: electionOf(checked),
    sources,
    clusters,
    approvals: checked.approvals,
    clusterSecrets: clusterSecretsOf(checked),
  };
}

/** Secrets are read when they are asked for: by the field itself, or by a cluster. */
function clusterSecretsOf({ clusterSecrets: given, clusters }: CheckedDocument): ClusterSecretsSettings | undefined {
  const isNamed = clusters.some(({ kubeconfig }) => kubeconfig.kind === 'secret');
  return given ?? (isNamed ? clusterSecrets.parse({}) : undefined);
}

function locatedKubeconfig(place: KubeconfigPlace, { folder }: ConfigOrigin): KubeconfigPlace {
  return place.kind === 'file' ? { kind: 'file', file: resolve(folder, place.file) } : place;
}

function storeOf({ store: { redis } }: CheckedDocument, { folder }: ConfigOrigin): StoreSettings {
  if (redis === undefined) return { kind: 'memory' };
  const { address, passwordFile, tls, ...settings } = redisSettings(redis);
  const at = (file: string | undefined): string | undefined => (file === undefined ? undefined : resolve(folder, file));
  return {
    kind: 'redis',
    ...settings,
    address: address.kind === 'server' ? address : { ...address, passwordFile: at(address.passwordFile) },
    passwordFile: at(passwordFile),
    tls: tls === undefined ? undefined : { ...tls, caFile: at(tls.caFile) },
  };
}

function electionOf({ store, election }: CheckedDocument): ElectionSettings {
  return {
    backend: election.backend ?? (store.redis === undefined ? 'none' : 'redis'),
    leaseMs: election.lease,
    renewDeadlineMs: election.renewDeadline,
    retryMs: election.retry,
  };
}

function located(credentials: SourceCredentials, { folder }: ConfigOrigin): SourceCredentials {
  if (credentials.kind === 'web-identity') {
    return { ...credentials, tokenFile: resolve(folder, credentials.tokenFile) };
  }
  if (credentials.kind !== 'static') return credentials;
  const { sessionTokenFile } = credentials;
  return {
    kind: 'static',
    accessKeyIdFile: resolve(folder, credentials.accessKeyIdFile),
    secretAccessKeyFile: resolve(folder, credentials.secretAccessKeyFile),
    sessionTokenFile: sessionTokenFile === undefined ? undefined : resolve(folder, sessionTokenFile),
  };
}
