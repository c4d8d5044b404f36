import type { Store } from '../store/open.ts';
import { type Areas, loadAreas } from './areas.ts';

/**
 * The tree of areas in memory, until somebody says that it has changed. A city has thousands of grids, each with a border:
 * to read them takes longer than all else that is done with a device or a case.
 */
export class KnownAreas {
  readonly #store: Store;
  #areas: Promise<Areas> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** As they are now. Not to be called within a transaction, which may keep others from reading. */
  async now(): Promise<Areas> {
    this.#areas ??= loadAreas(this.#store);
    const reading = this.#areas;
    try {
      return await reading;
    } catch (error) {
      if (this.#areas === reading) this.#areas = null;
      throw error;
    }
  }

  /** They changed in the store. */
  changed(): void {
    this.#areas = null;
  }
}
