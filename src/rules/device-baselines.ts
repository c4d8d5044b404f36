import { Baseline } from '../baseline/baseline.ts';
import type { Sample } from '../model/sample.ts';
import type { CompiledType } from './compile.ts';
import type { FreshChannels } from './fresh-channels.ts';
import type { RuleStates } from './rule-states.ts';
import { newestValue, type WindowMemory } from './windows/memory.ts';

const none: readonly never[] = [];

/** What is normal for the channels of one device that have a baseline. */
export class DeviceBaselines {
  readonly #type: CompiledType;
  readonly #byChannel: (Baseline | undefined)[] = [];

  constructor(type: CompiledType) {
    this.#type = type;
    for (const channel of type.baselines) this.#byChannel[channel] = new Baseline(type.floors[channel]!);
  }

  /** By index of the channel. */
  at(channel: number): Baseline | undefined {
    return this.#byChannel[channel];
  }

  /** By name of the channel. */
  of(channel: string): Baseline | undefined {
    return this.#byChannel[this.#type.channelIndex.get(channel) ?? -1];
  }

  /** Channels of a sample whose baseline has nothing to judge by, and would learn from it. */
  blankFor({ measuredAt, values }: Sample): readonly string[] {
    let blank: string[] | null = null;
    for (const channel of this.#type.baselines) {
      const name = this.#type.channelNames[channel]!;
      const baseline = this.#byChannel[channel]!;
      if (values[name] === undefined || !baseline.due(measuredAt) || !baseline.blank) continue;
      blank ??= [];
      blank.push(name);
    }
    return blank ?? none;
  }

  /**
   * Lets the baselines of channels learn what they measured last.
   * @param memory of the device.
   * @param fresh those that were measured then.
   * @param states say whether a rule that looks at a channel has an alarm.
   * @param learnt is given the names of those that did learn.
   */
  learn(at: number, memory: WindowMemory, fresh: FreshChannels, states: RuleStates, learnt: string[]): void {
    for (const channel of this.#type.baselines) {
      const baseline = this.#byChannel[channel]!;
      if (!fresh.has(channel) || !baseline.due(at)) continue;
      if (baseline.learn(at, newestValue(memory, channel), states.inAlarm(channel)))
        learnt.push(this.#type.channelNames[channel]!);
    }
  }
}
