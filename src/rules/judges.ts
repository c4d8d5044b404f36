import type { Device } from '../model/device.ts';
import type { DeviceChannels } from './device-channels.ts';
import type { DeviceJudge } from './device-judge.ts';

/**
 * What is known of each device. By the number that its directory gave it, it is found at once: to look an id up among very
 * many waits for memory several times. A number only says where to look first: it may be missing, or another's.
 */
export class Judges {
  readonly #byId = new Map<string, DeviceJudge>();
  readonly #byNumber: (DeviceJudge | null)[] = [];

  /** Means nothing: it is kept so that looking ahead is not left out as having no effect. */
  seen = 0;

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

  /** See `Fold.lookAhead`. */
  lookAhead(devices: readonly Device[]): void {
    // Step by step for all of them, so that none waits for what another one has asked for.
    const judges: DeviceJudge[] = [];
    for (let i = 0; i < devices.length; i++) {
      const judge = this.of(devices[i]!);
      if (judge) judges.push(judge);
    }
    const memories: DeviceChannels[] = [];
    for (let i = 0; i < judges.length; i++) memories.push(judges[i]!.past);
    let seen = 0;
    for (let i = 0; i < memories.length; i++) seen += memories[i]!.lookAhead();
    for (let i = 0; i < memories.length; i++) seen += memories[i]!.lookAtBeginning();
    for (let i = 0; i < memories.length; i++) seen += memories[i]!.lookFurther();
    this.seen = seen;
  }

  [Symbol.iterator](): IterableIterator<[id: string, judge: DeviceJudge]> {
    return this.#byId[Symbol.iterator]();
  }
}
