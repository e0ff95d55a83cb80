import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import { outputOf, ROOT } from './on-tools.js';

export const CHART = join(ROOT, 'deploy/helm/isthmus');

/** A container as far as tests look at it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** The spec of a pod as far as tests look at it. */
export interface PodSpec {
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly containers: readonly Container[];
  readonly volumes?: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
}

/** An object of Kubernetes as far as tests look at it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly unknown[];
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata: { readonly labels: Record<string, string>; readonly annotations?: Record<string, string> };
      readonly spec: PodSpec;
    };
    readonly groups?: readonly unknown[];
  };
}

/** What the chart renders with a value set of its `ci` folder and further arguments. */
export function renderedText(set: string, args: readonly string[] = []): string {
  const values = join(CHART, 'ci', `${set}-values.yaml`);
  return outputOf('helm', ['template', 'isthmus', CHART, '--namespace', 'isthmus', '--values', values, ...args]);
}

/** The same as objects, in the order of the output. */
export function rendered(set: string, args: readonly string[] = []): readonly Manifest[] {
  return manifests(renderedText(set, args));
}

/** The objects of a stream of YAML documents. */
export function manifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest): manifest is Manifest => manifest !== null);
}

/** The one object of a kind; throws when there is another number of them. */
export function theOne(kind: string, of: readonly Manifest[]): Manifest {
  const found = of.filter((manifest) => manifest.kind === kind);
  const [one] = found;
  if (one === undefined || found.length > 1) throw new Error(`${found.length} of kind ${kind}`);
  return one;
}

/** The pod that a Deployment makes. */
export function podOf(deployment: Manifest): PodSpec {
  const pod = deployment.spec?.template?.spec;
  if (pod === undefined) throw new Error('no pod');
  return pod;
}
