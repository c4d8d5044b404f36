/** Tells everybody who asked that something changed; says nothing about what. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  /** @returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
