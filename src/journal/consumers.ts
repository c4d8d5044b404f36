/** What the journal knows of those who read one of its partitions. */
export class Consumers {
  readonly #released = new Map<string, number>();

  /** @param names without any, everything is needed for ever */
  constructor(names: readonly string[]) {
    for (const name of names) this.#released.set(name, 0);
  }

  /** @throws TypeError for a name that the journal was not opened with. */
  release(name: string, offset: number): void {
    if (!this.#released.has(name)) throw new TypeError(`the journal has no consumer ${name}`);
    this.#released.set(name, offset);
  }

  /** Nothing below is needed by anyone. */
  get released(): number {
    return Math.min(...(this.#released.size > 0 ? this.#released.values() : [0]));
  }

  /** Whoever holds up the others; null when there is nobody. */
  get slowest(): string | null {
    return [...this.#released].find(([, offset]) => offset === this.released)?.[0] ?? null;
  }
}
