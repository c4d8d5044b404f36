import type { DeviceIncident } from './incident.ts';
import { Random } from './random.ts';
import type { SimulatedDevice, Values } from './simulated-device.ts';

/** How far apart the reports of a sparse past are: so many periods, and no longer than this. */
const sparsePeriods = 2.5;
const maxSparseStepMs = 5 * 60_000;

/** One report as it goes into a payload: the device's own time, and what it measured. */
export type Report = { time: number } & Values;

/** A device in its scenario: when it reports and what it says then. Moments go forward only. */
export class DeviceRun {
  readonly device: SimulatedDevice;
  #incidents: readonly DeviceIncident[] = [];
  readonly #random: Random;
  #next: number;

  /** @param from first moment of its life, milliseconds since the epoch; each device reports at its own phase. */
  constructor(device: SimulatedDevice, from: number, seed: number) {
    this.device = device;
    this.#random = new Random(seed, device.id, 'reports');
    this.#next = Math.round(from + this.#random.next() * device.periodMs);
  }

  /** Gives it its incidents, once it is known when the scenario begins. */
  meet(incidents: readonly DeviceIncident[]): void {
    this.#incidents = incidents;
  }

  /** When the next report is due. */
  get next(): number {
    return this.#next;
  }

  /** Reports that are due up to and at a moment, at most `most`. */
  *due(until: number, most = Number.POSITIVE_INFINITY): Generator<Report> {
    for (let count = 0; this.#next <= until && count < most; count++) {
      const at = this.#next;
      yield this.#report(at);
      this.#next = this.#after(at);
    }
  }

  /**
   * Reports up to a moment, for a past of which only the course matters: as far apart as they can be without a gap.
   * Charts and rules take more than three periods for one.
   */
  *sparse(until: number): Generator<Report> {
    const { periodMs } = this.device;
    const step = Math.max(periodMs, Math.min(maxSparseStepMs, sparsePeriods * periodMs));
    for (; this.#next <= until; this.#next += step) yield this.#report(this.#next);
  }

  #report(at: number): Report {
    const held: Values = {};
    for (const incident of this.#incidents) Object.assign(held, incident.heldSwitches(at));
    const values = this.device.measure(at, held);
    for (const incident of this.#incidents) incident.apply(at, values);
    return { time: at, ...values };
  }

  #after(at: number): number {
    let next = at + this.device.periodMs * this.#random.between(0.97, 1.03);
    for (const incident of this.#incidents) {
      const report = incident.reportMs(at);
      if (report !== null) next = Math.min(next, at + report);
      // What happens wakes the device up.
      else if (incident.incident.report !== undefined && incident.from > at) next = Math.min(next, incident.from);
    }
    return Math.round(next);
  }
}
