/** What the commands do; each gives its exit code. */
export interface Commands {
  validate(options: ValidateWords): Promise<number>;
  plan(options: PlanWords): Promise<number>;
  explain(host: string, options: ExplainWords): Promise<number>;
  status(options: StatusWords): Promise<number>;
  approve(cluster: string, options: ApproveWords): Promise<number>;
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
