import type { Reading } from '../../model/reading.ts';
import type { Clock } from '../../shared/clock.ts';
import { windowMs, windowOf } from './window.ts';
import type { WindowStore } from './window-store.ts';

/**
 * A window waits for so long after its end, and after late readings came for it, so that what comes close together
 * is downsampled once. Milliseconds.
 */
const settleMs = 60_000;
/** Devices that are remembered over all windows, some 60 MB; beyond, the fullest window counts for all devices. */
const maxMarks = 500_000;

/** What is downsampled next. */
export interface WindowWork {
  /** Start of the first window. */
  from: number;
  /** End of the last one: windows between in which nothing has changed may be done again. */
  to: number;
  /** Null for all of one window, whose ids are not known here. */
  devices: string[] | null;
}

/** A part of what was taken. */
interface Taken {
  start: number;
  devices: readonly string[] | null;
}

interface DirtyWindow {
  devices: Set<string> | null;
  dueAt: number;
}

/**
 * The windows whose readings have changed since they were downsampled, each with its devices. The starts are in the
 * store too, from before the writer's offset moves until the window is done: after a restart they count for all devices.
 */
export class DirtyWindows {
  readonly #store: WindowStore;
  readonly #clock: Clock;
  readonly #windows = new Map<number, DirtyWindow>();
  /** What is being downsampled. */
  #taken: Taken[] = [];
  /** Starts that are in the store. */
  readonly #stored = new Set<number>();
  #loaded: Promise<void> | null = null;
  #marks = 0;

  constructor(store: WindowStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Notes readings that the store of readings has taken just now. */
  async mark(readings: readonly Reading[]): Promise<void> {
    await this.#load();
    const fresh = new Set<number>();
    let start = Number.NaN;
    let window: DirtyWindow | undefined;
    let last: Reading | null = null;
    for (const reading of readings) {
      // A frame's readings follow each other, and most frames of a batch are of one window.
      if (last !== null && last.measuredAt === reading.measuredAt && last.deviceId === reading.deviceId) continue;
      last = reading;
      if (!window || !(reading.measuredAt >= start && reading.measuredAt < start + windowMs)) {
        start = windowOf(reading.measuredAt);
        window = this.#windowAt(start);
        if (!this.#stored.has(start)) fresh.add(start);
      }
      if (!window.devices || window.devices.has(reading.deviceId)) continue;
      window.devices.add(reading.deviceId);
      this.#marks += 1;
    }
    while (this.#marks > maxMarks) this.#forgetDevices();
    await this.#remember([...fresh]);
  }

  /**
   * Takes the oldest window that is due, with as many of its devices as may be done at once; for a few devices also the
   * windows that follow, since what comes late comes for hours. One at a time; null when nothing is due.
   * @param maxCells devices times windows
   */
  async take(maxCells: number): Promise<WindowWork | null> {
    await this.#load();
    const from = this.#due();
    if (from === null) return null;
    const { devices: known } = this.#windows.get(from)!;
    if (!known) {
      this.#windows.delete(from);
      this.#taken = [{ start: from, devices: null }];
      return { from, to: from + windowMs, devices: null };
    }
    const devices: string[] = [];
    for (const id of known) {
      if (devices.length === maxCells) break;
      devices.push(id);
    }
    const now = this.#clock.now();
    const limit = from + Math.floor(maxCells / devices.length) * windowMs;
    for (let start = from; start < limit; start += windowMs) {
      const window = this.#windows.get(start);
      if (window && window.dueAt > now) break;
      if (window?.devices) this.#takeFrom(start, window.devices, devices);
    }
    return { from, to: this.#taken.at(-1)!.start + windowMs, devices };
  }

  /** Whether something is due. */
  get isDue(): boolean {
    return this.#due() !== null;
  }

  /** What was taken is downsampled. */
  async done(): Promise<void> {
    const taken = this.#taken;
    this.#taken = [];
    for (const { start } of taken) {
      if (this.#windows.has(start) || !this.#stored.delete(start)) continue;
      try {
        await this.#store.remove(start);
      } catch (error) {
        this.#stored.add(start);
        throw error;
      }
    }
  }

  /** What was taken is still to be done. */
  giveBack(): void {
    for (const { start, devices } of this.#taken) this.#putBack(start, devices);
    this.#taken = [];
  }

  /** What was taken for all devices is to be done for these. */
  giveBackAs(devices: readonly string[]): void {
    for (const { start } of this.#taken) this.#putBack(start, devices);
    this.#taken = [];
  }

  /** Start of the oldest window from `from` on in which this device has changed; infinite when there is none. */
  oldestOf(deviceId: string, from: number): number {
    let oldest = Number.POSITIVE_INFINITY;
    const look = (start: number, has: boolean) => {
      if (has && start >= from && start < oldest) oldest = start;
    };
    for (const [start, { devices }] of this.#windows) look(start, devices === null || devices.has(deviceId));
    for (const { start, devices } of this.#taken) look(start, devices === null || devices.includes(deviceId));
    return oldest;
  }

  #takeFrom(start: number, known: Set<string>, wanted: readonly string[]): void {
    const devices = wanted.filter((id) => known.delete(id));
    if (known.size === 0) this.#windows.delete(start);
    this.#marks -= devices.length;
    if (devices.length > 0) this.#taken.push({ start, devices });
  }

  #putBack(start: number, devices: readonly string[] | null): void {
    const window = this.#windowAt(start);
    // What was due remains so.
    window.dueAt = 0;
    const before = window.devices?.size ?? 0;
    if (devices === null) window.devices = null;
    for (const id of devices ?? []) window.devices?.add(id);
    this.#marks += (window.devices?.size ?? 0) - before;
  }

  #windowAt(start: number): DirtyWindow {
    let window = this.#windows.get(start);
    if (!window) {
      window = { devices: new Set(), dueAt: Math.max(start + windowMs, this.#clock.now()) + settleMs };
      this.#windows.set(start, window);
    }
    return window;
  }

  #due(): number | null {
    const now = this.#clock.now();
    let oldest: number | null = null;
    for (const [start, { dueAt }] of this.#windows) {
      if (dueAt <= now && (oldest === null || start < oldest)) oldest = start;
    }
    return oldest;
  }

  async #remember(starts: readonly number[]): Promise<void> {
    if (starts.length === 0) return;
    for (const start of starts) this.#stored.add(start);
    try {
      await this.#store.add(starts);
    } catch (error) {
      for (const start of starts) this.#stored.delete(start);
      throw error;
    }
  }

  async #load(): Promise<void> {
    this.#loaded ??= this.#store.load().then((starts) => {
      for (const start of starts) {
        this.#stored.add(start);
        this.#windows.set(start, { devices: null, dueAt: start + windowMs + settleMs });
      }
    });
    try {
      await this.#loaded;
    } catch (error) {
      this.#loaded = null;
      throw error;
    }
  }

  #forgetDevices(): void {
    const [fullest] = [...this.#windows.values()].sort((a, b) => (b.devices?.size ?? 0) - (a.devices?.size ?? 0));
    this.#marks -= fullest!.devices!.size;
    fullest!.devices = null;
  }
}
