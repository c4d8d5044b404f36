/** Which channels the sample that is judged now brought, by index. */
export class FreshChannels {
  #brought = new Uint8Array(64);

  /** So that there is room for a device with so many channels. */
  widen(channels: number): void {
    if (this.#brought.length < channels) this.#brought = new Uint8Array(channels);
  }

  /** Another sample of a device with so many channels is judged. */
  clear(channels: number): void {
    for (let i = 0; i < channels; i++) this.#brought[i] = 0;
  }

  add(channel: number): void {
    this.#brought[channel] = 1;
  }

  has(channel: number): boolean {
    return this.#brought[channel] === 1;
  }

  hasAny(channels: readonly number[]): boolean {
    for (let i = 0; i < channels.length; i++) if (this.#brought[channels[i]!] === 1) return true;
    return false;
  }
}
