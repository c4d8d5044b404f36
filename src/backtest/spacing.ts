import type { Sample } from '../model/sample.ts';

/** Steps that are remembered for their median; enough to tell an hour from a minute. */
const mostSteps = 5000;

/** How far apart the readings of a file usually are, by their measured times and whatever their order. */
export class Spacing {
  readonly #all = new Steps();
  readonly #channels = new Map<string, Steps>();

  take(samples: readonly Sample[]): void {
    for (const { deviceId, measuredAt, values } of samples) {
      this.#all.take(deviceId, measuredAt);
      for (const channel in values) {
        const known = this.#channels.get(channel);
        if (known?.isEnough) continue;
        const steps = known ?? new Steps();
        if (!known) this.#channels.set(channel, steps);
        steps.take(deviceId, measuredAt);
      }
    }
  }

  /** Milliseconds; null where no device has two readings. */
  get usualMs(): number | null {
    return this.#all.usualMs;
  }

  /** Of one channel: some are sent with few of the samples. */
  usualOf(channel: string): number | null {
    return this.#channels.get(channel)?.usualMs ?? null;
  }
}

class Steps {
  readonly #devices = new Map<string, { first: number; last: number; previous: number; samples: number }>();
  readonly #steps: number[] = [];

  take(deviceId: string, at: number): void {
    const device = this.#devices.get(deviceId);
    if (!device) {
      this.#devices.set(deviceId, { first: at, last: at, previous: at, samples: 1 });
      return;
    }
    if (at !== device.previous && this.#steps.length < mostSteps) this.#steps.push(Math.abs(at - device.previous));
    device.samples++;
    device.previous = at;
    device.first = Math.min(device.first, at);
    device.last = Math.max(device.last, at);
  }

  get isEnough(): boolean {
    return this.#steps.length >= mostSteps;
  }

  /** The median is not moved by gaps, and the mean not by the order: the lesser of both is meant. */
  get usualMs(): number | null {
    if (this.#steps.length === 0) return null;
    const median = this.#steps.toSorted((a, b) => a - b)[this.#steps.length >> 1]!;
    let span = 0;
    let steps = 0;
    for (const { first, last, samples } of this.#devices.values()) {
      span += last - first;
      steps += samples - 1;
    }
    return Math.min(median, span / steps);
  }
}
