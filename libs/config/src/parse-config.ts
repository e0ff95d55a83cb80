import { basename, resolve } from 'node:path';
import type { Configuration, Result, SourceCredentials } from '@isthmus/model';
import { compareText, err, ok } from '@isthmus/model';
import { checkApprovals, checkClusters } from './checks/clusters.js';
import { checkRoutes } from './checks/routes.js';
import { checkSources } from './checks/sources.js';
import { withDefaults } from './defaults.js';
import { outlineOf } from './outline.js';
import type { ConfigProblem, Finding } from './problem.js';
import { formatPath, toProblem } from './problem.js';
import { schemaFindings } from './schema-findings.js';
import type { CheckedDocument } from './schema/document.js';
import { document } from './schema/document.js';
import { takeUnserved } from './unserved-fields.js';
import type { YamlDocument } from './yaml-document.js';
import { readYaml } from './yaml-document.js';

/** Where a configuration comes from. */
export interface ConfigOrigin {
  /** As it is shown in problems. */
  readonly file: string;
  /** Absolute; relative paths in the file start here. */
  readonly folder: string;
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
  const problemAt = (finding: Finding): ConfigProblem =>
    toProblem(finding, origin.file, finding.place ?? yaml.locate(finding.path, finding.at));
  const { checked, findings } = checkDocument(yaml, origin.folder);
  const problems = inOrder(findings.map(problemAt));
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || checked === undefined) return err(errors);
  return ok({ configuration: toConfiguration(checked, yaml, origin), warnings: problems, problemAt });
}

interface Checked {
  /** Undefined when the document does not fit the schema. */
  readonly checked: CheckedDocument | undefined;
  readonly findings: readonly Finding[];
}

function checkDocument(yaml: YamlDocument, folder: string): Checked {
  if (yaml.value === undefined) return { checked: undefined, findings: yaml.findings };
  const refusals = takeUnserved(yaml.value);
  const value = withDefaults(yaml.value);
  const { data: checked, error } = document.safeParse(value);
  const excused = new Set(refusals.flatMap(({ instead }) => (instead ? [formatPath(instead)] : [])));
  const faults = schemaFindings(error?.issues ?? [], value).filter(
    ({ code, path }) => code !== 'CFG006' || !excused.has(formatPath(path)),
  );
  const outline = outlineOf(value);
  const findings = [
    ...yaml.findings,
    ...refusals.map(({ finding }) => finding),
    ...faults,
    ...checkSources(outline),
    ...checkClusters(outline, folder),
    ...checkApprovals(outline),
    ...checkRoutes(outline),
  ];
  return { checked, findings };
}

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted(
    (a, b) => a.line - b.line || a.column - b.column || compareText(a.code, b.code) || compareText(a.path, b.path),
  );
}

function toConfiguration(checked: CheckedDocument, yaml: YamlDocument, origin: ConfigOrigin): Configuration {
  const file = basename(origin.file);
  const clusters = checked.clusters.map((cluster, index) => ({
    ...cluster,
    kubeconfigFile: resolve(origin.folder, cluster.kubeconfigFile),
    routes: cluster.routes.map((route, position) => ({
      ...route,
      place: `${file}:${yaml.locate(['clusters', index, 'routes', position]).line}`,
    })),
  }));
  const sources = checked.sources.map((source) => ({ ...source, credentials: located(source.credentials, origin) }));
  return { hub: checked.hub, sources, clusters, approvals: checked.approvals };
}

function located(credentials: SourceCredentials, { folder }: ConfigOrigin): SourceCredentials {
  if (credentials.kind !== 'static') return credentials;
  const { sessionTokenFile } = credentials;
  return {
    kind: 'static',
    accessKeyIdFile: resolve(folder, credentials.accessKeyIdFile),
    secretAccessKeyFile: resolve(folder, credentials.secretAccessKeyFile),
    sessionTokenFile: sessionTokenFile === undefined ? undefined : resolve(folder, sessionTokenFile),
  };
}
