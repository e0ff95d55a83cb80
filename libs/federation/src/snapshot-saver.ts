import type { Snapshot } from '@isthmus/model';
import type { SnapshotStore } from '@isthmus/ports';

export interface SnapshotSaverOptions {
  readonly store: SnapshotStore;
  /** Asked immediately before each save: only a leader saves. */
  readonly maySave: () => boolean;
  readonly onFailure: (error: unknown) => void;
  /** The store holds a version that is not below ours: ours must grow above it before it can be saved. */
  readonly onOvertaken: (storedVersion: number) => void;
}

/** Saves the snapshots of one source one after another: the newest, not each one; what fails is saved by the next. */
export class SnapshotSaver {
  readonly #options: SnapshotSaverOptions;
  #newest: Snapshot | undefined;
  #storedVersion = 0;
  #saving: Promise<void> | undefined;
  /** Something is to be saved after what is under way. */
  #isAsked = false;

  constructor(options: SnapshotSaverOptions) {
    this.#options = options;
  }

  /** This version is in the store. */
  stored(version: number): void {
    this.#storedVersion = version;
  }

  save(snapshot: Snapshot): void {
    this.#newest = snapshot;
    this.retry();
  }

  /** Saves what could not be saved before; one more time at the most, while a slow store is still at work. */
  retry(): void {
    this.#isAsked = true;
    this.#saving ??= this.#saveWhileAsked().finally(() => {
      this.#saving = undefined;
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  async #saveWhileAsked(): Promise<void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      await this.#saveNewest();
    }
  }

  async #saveNewest(): Promise<void> {
    const snapshot = this.#newest;
    if (snapshot === undefined || snapshot.version === this.#storedVersion || !this.#options.maySave()) return;
    try {
      await this.#put(snapshot);
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  /** What is known now counts: another version in the store, an older one after a loss of data too, is replaced. */
  async #put(snapshot: Snapshot): Promise<void> {
    const { store, maySave, onOvertaken } = this.#options;
    const first = await store.save(snapshot, this.#storedVersion);
    if (first.kind === 'saved') return this.stored(snapshot.version);
    this.stored(first.storedVersion);
    if (first.storedVersion >= snapshot.version) return onOvertaken(first.storedVersion);
    if (!maySave()) return;
    const second = await store.save(snapshot, first.storedVersion);
    this.stored(second.kind === 'saved' ? snapshot.version : second.storedVersion);
  }
}
