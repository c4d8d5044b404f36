import type { Device } from '../model/device.ts';
import type { DeviceJudge } from './device-judge.ts';

/**
 * What is known of each device. By the number that its directory gave it, it is found at once: to look an id up among very
 * many waits for memory several times. A number only says where to look first: it may be missing, or another's.
 */
export class Judges {
  readonly #byId = new Map<string, DeviceJudge>();
  readonly #byNumber: (DeviceJudge | null)[] = [];

  of({ id, number }: Device): DeviceJudge | undefined {
    const numbered = number === undefined ? null : this.#byNumber[number];
    if (numbered?.deviceId === id) return numbered;
    const known = this.#byId.get(id);
    if (known) this.#place(known, number);
    return known;
  }

  get(deviceId: string): DeviceJudge | undefined {
    return this.#byId.get(deviceId);
  }

  /** Has a device judged by this one from here on. */
  set({ id, number }: Device, judge: DeviceJudge): void {
    const before = this.#byId.get(id);
    this.#byId.set(id, judge);
    if (before) this.#displace(before);
    this.#place(judge, number ?? before?.number);
  }

  #place(judge: DeviceJudge, number: number | undefined): void {
    if (number === undefined || judge.number === number) return;
    this.#displace(judge);
    judge.number = number;
    // An array with holes would be looked up like a map.
    while (this.#byNumber.length <= number) this.#byNumber.push(null);
    this.#byNumber[number] = judge;
  }

  #displace({ number }: DeviceJudge): void {
    if (number !== undefined) this.#byNumber[number] = null;
  }

  [Symbol.iterator](): IterableIterator<[id: string, judge: DeviceJudge]> {
    return this.#byId[Symbol.iterator]();
  }
}
