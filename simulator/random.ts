/** Numbers that look random and are the same for the same seed, so that a town can be built again. */
export class Random {
  #state: number;

  constructor(...seed: (string | number)[]) {
    this.#state = hash(seed.join('/'));
  }

  /** Even between 0 and 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Normal with deviation 1, cut at three: a sensor's noise has an end, and a quiet town stays quiet. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return Math.max(-3, Math.min(3, radius * Math.cos(2 * Math.PI * this.next())));
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
