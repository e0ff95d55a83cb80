import type { Secret } from '@isthmus/model';
import type { TokenSource } from './token-source.js';

/** The token of a kubeconfig: always the same one, until its connection is replaced. */
export class StaticTokenSource implements TokenSource {
  readonly #token: Secret;

  constructor(token: Secret) {
    this.#token = token;
  }

  get(): Promise<Secret> {
    return Promise.resolve(this.#token);
  }

  refused(): boolean {
    return false;
  }
}
