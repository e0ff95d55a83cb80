import type { Snapshot } from '@isthmus/model';
import type { SnapshotStore } from '@isthmus/ports';

/** Saves the snapshots of one source one after another: the newest, not each one; what fails is saved by the next. */
export class SnapshotSaver {
  readonly #store: SnapshotStore;
  readonly #onFailure: (error: unknown) => void;
  #newest: Snapshot | undefined;
  #savedVersion = 0;
  #saving: Promise<void> = Promise.resolve();

  constructor(store: SnapshotStore, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#onFailure = onFailure;
  }

  /** This version is in the store. */
  stored(version: number): void {
    this.#savedVersion = version;
  }

  save(snapshot: Snapshot): void {
    this.#newest = snapshot;
    this.#saving = this.#saving.then(() => this.#saveNewest());
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  async #saveNewest(): Promise<void> {
    const snapshot = this.#newest;
    if (snapshot === undefined || snapshot.version <= this.#savedVersion) return;
    try {
      await this.#store.save(snapshot);
      this.#savedVersion = snapshot.version;
    } catch (error) {
      this.#onFailure(error);
    }
  }
}
