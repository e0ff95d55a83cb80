/** What the commands do; each gives its exit code. */
export interface Commands {
  validate(options: ValidateWords): Promise<number>;
  plan(options: PlanWords): Promise<number>;
  explain(host: string, options: ExplainWords): Promise<number>;
  status(options: StatusWords): Promise<number>;
  approve(cluster: string, options: ApproveWords): Promise<number>;
  doctor(options: DoctorWords): Promise<number>;
  readonly cluster: ClusterCommands;
  serve(options: { readonly config: string }): Promise<number>;
  demo(options: { readonly once: boolean; readonly ha: boolean }): Promise<number>;
}

/** The words of `isthmus validate`. */
export interface ValidateWords {
  readonly config: string;
  readonly against?: string;
  readonly server?: string;
  readonly output: 'text' | 'json';
}

/** The words of `isthmus plan`. */
export interface PlanWords {
  readonly config: string;
  readonly cluster?: string;
  readonly output: 'text' | 'json' | 'yaml' | 'markdown';
  readonly detailedExitcode: boolean;
  readonly offline?: string;
  readonly saveSnapshot?: string;
  /** Seconds. */
  readonly timeout: number;
}

/** The words of `isthmus explain`, beside the host. */
export interface ExplainWords {
  readonly config: string;
  readonly cluster?: string;
  readonly server?: string;
  readonly output: 'text' | 'json' | 'yaml';
}

/** The words of `isthmus status`. */
export interface StatusWords {
  readonly config: string;
  readonly server?: string;
  readonly output: 'text' | 'wide' | 'json' | 'yaml';
  readonly watch: boolean;
  /** Seconds. */
  readonly interval: number;
}

/** The words of `isthmus approve`, beside the cluster. */
export interface ApproveWords {
  readonly config: string;
  readonly server?: string;
  readonly hash?: string;
  /** Milliseconds. */
  readonly for: number;
  readonly write: boolean;
}

/** The words of `isthmus doctor`. */
export interface DoctorWords {
  readonly config: string;
  readonly cluster?: string;
  readonly offline: boolean;
  readonly output: 'text' | 'json';
  /** Seconds. */
  readonly timeout: number;
}

/** What `isthmus cluster …` does. */
export interface ClusterCommands {
  add(name: string, options: ClusterAddWords): Promise<number>;
  list(options: ClusterListWords): Promise<number>;
  remove(name: string, options: ClusterRemoveWords): Promise<number>;
  test(name: string, options: ClusterTestWords): Promise<number>;
}

/** The words that all of them know: where the hub's own cluster is, as its administrator. */
export interface HubClusterWords {
  readonly kubeconfig?: string;
  readonly hubContext?: string;
  readonly secretsNamespace: string;
}

export interface ClusterAddWords extends HubClusterWords {
  readonly context?: string;
  readonly namespace: string;
  readonly role: 'primary' | 'remote' | 'external-config';
  readonly server?: string;
  readonly dryRun: boolean;
  readonly output: 'text' | 'yaml';
}

export interface ClusterListWords extends HubClusterWords {
  readonly config: string;
  readonly output: 'text' | 'json' | 'yaml';
}

export interface ClusterRemoveWords extends HubClusterWords {
  readonly config: string;
  readonly context?: string;
  readonly namespace: string;
  readonly policy: 'orphan' | 'delete';
  readonly dryRun: boolean;
}

export interface ClusterTestWords extends HubClusterWords {
  readonly config: string;
  readonly namespace: string;
  readonly output: 'text' | 'json' | 'yaml';
}
