import { type BlockPlan, lookedAt } from './block.ts';
import { newCells } from './cells.ts';
import { ChannelLog, type LogPlace, type LogState } from './channel-log.ts';
import type { CompiledType } from './compile.ts';
import { DeviceMemory } from './device-memory.ts';
import { devicePlaces } from './device-places.ts';
import { forgetsSoon, reachesBack } from './horizon.ts';
import { lookAtNewest } from './readings.ts';
import { newestTime, type PartPlan, setNewest, type WindowMemory } from './windows/memory.ts';
import type { Window } from './windows/window.ts';

/**
 * Readings that come within this part of a window's span are kept as one once nothing can be put between them any more,
 * so that memory has a bound whatever a device sends: of 24 hours that is 42 s, of ten minutes 0.3 s.
 */
const parts = 2048;

/** What a device measured at one time. */
export interface Step {
  at: number;
  channels: number[];
  values: number[];
}

/** Puts a step in its place; what is known of its time already gets what is new in it. */
export function insertStep(steps: Step[], step: Step): void {
  const place = steps.findIndex(({ at }) => at >= step.at);
  const there = steps[place];
  if (there?.at !== step.at) {
    steps.splice(there ? place : steps.length, 0, step);
    return;
  }
  step.channels.forEach((channel, i) => {
    const known = there.channels.indexOf(channel);
    if (known < 0) {
      there.channels.push(channel);
      there.values.push(step.values[i]!);
    } else there.values[known] = Math.max(there.values[known]!, step.values[i]!);
  });
}

/** What is kept of each channel, for all devices with the same rules. */
interface ChannelPlan {
  names: readonly string[];
  /** Those that rules look at. */
  kept: number[];
  /** Where the logs of these lie. */
  logs: (LogPlace | undefined)[];
  block: BlockPlan;
  latenessMs: number;
  /** Those over each channel. */
  windows: Window[][];
  /** By channel, how long its windows are, the shortest first. */
  spans: number[][];
  /** By channel, the shortest gap that a window over it notices. */
  gaps: number[];
  /** What the parts of windows begin with. */
  parts: PartPlan;
}

const plans = new WeakMap<CompiledType, ChannelPlan>();

function planOf(type: CompiledType): ChannelPlan {
  const known = plans.get(type);
  if (known) return known;
  const used = new Set([...type.rules.flatMap((rule) => [...rule.channels, ...rule.judgedOn]), ...type.baselines]);
  for (const { channel } of type.windows) used.add(channel);
  const specs = type.channelNames.map((_, channel) => type.windows.filter((one) => one.channel === channel));
  const kept = [...used].sort((a, b) => a - b);
  const spans = specs.map((list) => [...new Set(list.map((one) => one.spanMs))].sort((a, b) => a - b));
  const logs: ChannelPlan['logs'] = [];
  for (const channel of kept) {
    const keptMs = (spans[channel]!.at(-1) ?? 0) + reachesBack * type.latenessMs;
    logs[channel] = ChannelLog.planOf(channel, type.windowPlan, keptMs);
  }
  const plan: ChannelPlan = {
    names: type.channelNames,
    kept,
    logs,
    block: type.windowPlan,
    latenessMs: type.latenessMs,
    windows: specs,
    spans,
    gaps: specs.map((list) => Math.min(...list.map((one) => one.maxGapMs))),
    parts: type.windowPlan.parts,
  };
  plans.set(type, plan);
  return plan;
}

/** What is known of the channels of one device: the newest values, the windows over them, and the past. */
export class DeviceChannels extends DeviceMemory implements WindowMemory {
  readonly #plan: ChannelPlan;

  constructor(type: CompiledType) {
    const plan = planOf(type);
    super(plan.block, type.initial);
    this.#plan = plan;
    for (const window of type.windows) window.rebuild(this, this.log(window.channel));
  }

  log(channel: number): ChannelLog {
    return new ChannelLog(this, this.#plan.logs[channel]!);
  }

  ask(): void {
    this.cells[devicePlaces.unasked] = 0;
    if (this.partCells) return;
    const { parts } = this.#plan;
    this.partCells = newCells(parts.initial);
    this.lists = parts.newLists();
  }

  /** Measured time of the newest reading of all; -Infinity where nothing came yet. */
  get newest(): number {
    let newest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#plan.names.length; i++) newest = Math.max(newest, newestTime(this, i));
    return newest;
  }

  /** Whether any rule looks at a channel. */
  keeps(channel: number): boolean {
    return this.#plan.logs[channel] !== undefined;
  }

  /** Looks at where its numbers lie; see `Fold.lookAhead`. */
  lookAhead(): number {
    return this.cells.length + this.#plan.kept.length;
  }

  /** Looks at what a reading needs beside the beginning: all where windows are asked or something is forgotten. */
  lookFurther(): number {
    if (this.partCells) return this.lookAtRest() + lookedAt(this.partCells);
    if (forgetsSoon(this, this.#plan.latenessMs)) return this.lookAtRest();
    const { kept, logs } = this.#plan;
    let seen = 0;
    for (let i = 0; i < kept.length; i++) seen += lookAtNewest(this, logs[kept[i]!]!.at);
    return seen;
  }

  /** Adds a value that is newer than all others of its channel. */
  add(channel: number, at: number, value: number): void {
    const sinceLast = at - newestTime(this, channel);
    setNewest(this, channel, at, value);
    this.log(channel).push(at, value, sinceLast);
    const windows = this.#plan.windows[channel]!;
    if (windows.length > 0) this.cells[devicePlaces.unasked]!++;
    for (let i = 0; i < windows.length; i++) windows[i]!.step(this, at, value, sinceLast);
  }

  /** The value that a channel had at exactly this time. */
  valueAt(channel: number, at: number): number | undefined {
    const log = this.log(channel);
    const position = log.positionOf(at);
    return position < log.length && log.timeAt(position) === at ? log.valueAt(position) : undefined;
  }

  /**
   * Goes back to before a time.
   * @returns what was measured since, in order.
   */
  rewind(at: number): Step[] {
    const steps = new Map<number, Step>();
    for (const channel of this.#plan.kept) {
      const log = this.log(channel);
      const from = log.positionOf(at);
      if (from === log.length) continue;
      for (let i = from; i < log.length; i++) {
        const time = log.timeAt(i);
        const step = steps.get(time) ?? { at: time, channels: [], values: [] };
        steps.set(time, step);
        step.channels.push(channel);
        step.values.push(log.valueAt(i));
      }
      log.cut(from);
      this.#readNewest(channel);
    }
    return [...steps.values()].sort((a, b) => a.at - b.at);
  }

  #readNewest(channel: number): void {
    const log = this.log(channel);
    const newest = log.length - 1;
    if (newest < 0) setNewest(this, channel, Number.NEGATIVE_INFINITY, Number.NaN);
    else setNewest(this, channel, log.timeAt(newest), log.valueAt(newest));
    for (const window of this.#plan.windows[channel]!) window.rebuild(this, log);
  }

  /** Lets go of what no window needs at this time or later; nothing is put before it any more. */
  forgetBefore(time: number): void {
    this.#restParts();
    for (const channel of this.#plan.kept) {
      const log = this.log(channel);
      const spans = this.#plan.spans[channel]!;
      // Windows end at the newest reading there was: of a channel that stayed away then they need what lies behind that.
      const newestThen = log.positionOf(time) - 1;
      const floor = newestThen < 0 ? time : log.timeAt(newestThen);
      // The last one before stays: it is the value until the next, and what a mean begins with.
      const dropped = log.positionOf(floor - (spans.at(-1) ?? 0)) - 1;
      if (dropped > 0) {
        log.drop(dropped);
        if (this.partCells) for (const window of this.#plan.windows[channel]!) window.shift(this, dropped);
      }
      if (!log.mayMerge((spans.at(-1) ?? 0) / parts)) continue;
      let merged = false;
      let until = log.positionOf(floor);
      for (const span of spans) {
        const from = log.positionOf(floor - span);
        if (log.merge(from, until, span / parts, this.#plan.gaps[channel]!)) merged = true;
        until = from;
      }
      if (merged) for (const window of this.#plan.windows[channel]!) window.rebuild(this, log);
    }
  }

  /**
   * Gives up what the parts of windows have taken in where nobody has asked for so long that to take it in anew, when
   * somebody does, is no more work than it was to keep them up to date.
   */
  #restParts(): void {
    if (!this.partCells) return;
    let within = 0;
    for (const channel of this.#plan.kept) {
      const longestMs = this.#plan.spans[channel]!.at(-1);
      if (longestMs === undefined) continue;
      const log = this.log(channel);
      within += log.length - log.positionOf(newestTime(this, channel) - longestMs);
    }
    if (this.cells[devicePlaces.unasked]! > within) {
      this.partCells = null;
      this.lists = null;
    }
  }

  /** Forgets everything. */
  clear(): void {
    for (const channel of this.#plan.kept) {
      this.log(channel).cut(0);
      this.#readNewest(channel);
    }
  }

  state(): Record<string, LogState> {
    const state: Record<string, LogState> = {};
    for (const channel of this.#plan.kept) {
      const log = this.log(channel);
      if (log.length > 0) state[this.#plan.names[channel]!] = log.state();
    }
    return state;
  }

  /** Takes a checkpoint's state; channels that no rule looks at any more are left out. */
  restore(state: Readonly<Record<string, LogState>>): void {
    for (const channel of this.#plan.kept) {
      const known = state[this.#plan.names[channel]!];
      if (!known) continue;
      this.log(channel).restore(known);
      this.#readNewest(channel);
    }
  }
}
