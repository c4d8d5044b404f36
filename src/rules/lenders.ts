import type { Baseline } from '../baseline/baseline.ts';
import { fewestLenders, type Lender, mostLenders } from '../baseline/borrowed.ts';
import { tiers } from '../model/area.ts';
import type { Device } from '../model/device.ts';
import type { DeviceJudge } from './device-judge.ts';
import type { Surroundings } from './language/surroundings.ts';
import { distanceM } from './site/distance.ts';

/** What was learnt longer ago than this is of another season. */
const longAgoMs = 14 * 86_400_000;

/** Whose baselines a device without a history can begin with: of the same type, in the smallest area that has enough. */
export class Lenders {
  readonly #judgeOf: (deviceId: string) => DeviceJudge | undefined;
  /** By type and channel, the devices that know what is normal. */
  readonly #known = new Map<string, Map<string, Device>>();

  constructor(judgeOf: (deviceId: string) => DeviceJudge | undefined) {
    this.#judgeOf = judgeOf;
  }

  /** Takes note of a device when its baseline of a channel knows what is normal. */
  note(device: Device, channel: string): void {
    if (!this.#judgeOf(device.id)?.baselineOf(channel)?.ripe) return;
    const key = keyOf(device, channel);
    const known = this.#known.get(key);
    if (known) known.set(device.id, device);
    else this.#known.set(key, new Map([[device.id, device]]));
  }

  /** Lets a baseline that knows nothing begin with what its neighbours have learnt. @returns whether there were enough. */
  lendTo(device: Device, channel: string, at: number): boolean {
    const baseline = this.#judgeOf(device.id)?.baselineOf(channel);
    if (!baseline?.blank) return false;
    baseline.borrow(this.#near(device, channel, at), at);
    return !baseline.blank;
  }

  /** The nearest that know, of the smallest area in which there are enough. */
  #near(device: Device, channel: string, at: number): Lender[] {
    const known = [...(this.#known.get(keyOf(device, channel))?.values() ?? [])].flatMap((one): Known[] => {
      const judge = this.#judgeOf(one.id);
      const baseline = judge?.baselineOf(channel);
      if (one.id === device.id || !judge || !baseline || Math.abs(at - baseline.lastAt) > longAgoMs) return [];
      return [{ device: one, around: judge.around, baseline }];
    });
    const around = this.#judgeOf(device.id)?.around;
    for (const tier of known.length >= fewestLenders ? tiers : []) {
      const area = around?.area(tier) ?? null;
      const near = known.filter((one) => area !== null && one.around.area(tier) === area);
      if (near.length >= fewestLenders) return nearest(near, device).map((one) => one.baseline.lend(one.device.id));
    }
    return [];
  }
}

interface Known {
  device: Device;
  around: Surroundings;
  baseline: Baseline;
}

function keyOf({ type }: Device, channel: string): string {
  return `${type} ${channel}`;
}

function nearest(known: readonly Known[], { latitude, longitude }: Device): Known[] {
  const far = known.map((one) => ({
    one,
    metres: distanceM(latitude, longitude, one.device.latitude, one.device.longitude),
  }));
  // Of two that are as far the same one is always taken.
  far.sort((a, b) => a.metres - b.metres || (a.one.device.id < b.one.device.id ? -1 : 1));
  return far.slice(0, mostLenders).map(({ one }) => one);
}
