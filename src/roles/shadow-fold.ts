import type { Transaction } from 'kysely';
import { recordShadow } from '../alarms/record-shadow.ts';
import type { AlarmEffect } from '../model/alarm.ts';
import type { Device } from '../model/device.ts';
import type { Sample } from '../model/sample.ts';
import { Fold } from '../rules/fold.ts';
import type { AroundOf } from '../rules/language/surroundings.ts';
import type { Logger } from '../shared/logger.ts';
import type { Database } from '../store/schema.ts';

import type { LiveRules } from './live-rules.ts';

const prefix = 'shadow/';

/** Whether a part of a checkpoint is that of what is tried out. */
export function isShadowKey(key: string): boolean {
  return key.startsWith(prefix);
}

/**
 * What is tried out beside the live rules: a fold of its own over the same entries, whose alarms are kept apart, so that
 * they never become a case, a notice or a line of the feed. With nothing to try it costs nothing.
 */
export class ShadowFold {
  readonly #rules: Pick<LiveRules, 'shadowOf' | 'triesOut' | 'version'>;
  readonly #fold: Fold;
  readonly #log: Logger | undefined;
  /** Entries below are in its state already. */
  #ahead = 0;
  /** What is to be recorded with the next commit. */
  #news: AlarmEffect[] = [];
  #active: readonly Device[] | null = null;
  #version = -1;
  #tried: Device[] = [];

  constructor(
    rules: Pick<LiveRules, 'shadowOf' | 'triesOut' | 'version'>,
    maxFutureMs: number,
    aroundOf?: AroundOf,
    log?: Logger,
  ) {
    this.#log = log;
    this.#rules = rules;
    this.#fold = new Fold((device) => rules.shadowOf(device), maxFutureMs, aroundOf);
  }

  /** See `Fold.meet`. */
  meet(active: readonly Device[]): void {
    this.#fold.meet(active.filter((device) => this.#rules.shadowOf(device)));
  }

  /** Lets time pass for the devices on which something is tried out. */
  tick(offset: number, at: number, active: readonly Device[], isNew: boolean): void {
    if (active !== this.#active || this.#rules.version !== this.#version) {
      this.#active = active;
      this.#version = this.#rules.version;
      this.#tried = this.#rules.triesOut ? active.filter((device) => this.#rules.shadowOf(device)) : [];
    }
    if (offset < this.#ahead) return;
    const effects: AlarmEffect[] = [];
    this.#fold.tick(at, this.#tried, effects);
    if (isNew) this.#news.push(...effects);
  }

  sample(offset: number, device: Device, sample: Sample, isNew: boolean): void {
    if (offset < this.#ahead || !this.#rules.triesOut || !this.#rules.shadowOf(device)) return;
    const effects: AlarmEffect[] = [];
    try {
      this.#fold.sample(device, sample, effects);
    } catch (error) {
      // A mistake in what is tried out must not touch what is live.
      this.#log?.error({ err: error, device: device.id, offset }, 'what is tried out could not be judged');
    }
    if (isNew) this.#news.push(...effects);
  }

  get hasNews(): boolean {
    return this.#news.length > 0;
  }

  /** Writes what was found since the last commit. */
  async record(tx: Transaction<Database>): Promise<void> {
    await recordShadow(tx, this.#news);
  }

  /** What was written is in the store. */
  recorded(): void {
    this.#news = [];
  }

  /** Everything that changed since the last checkpoint, to be kept together. */
  takeParts(): { key: string; state: unknown }[] {
    const parts = [...this.#fold.takeTouched()].flatMap((id) => this.#fold.partsOf(id));
    if (parts.length === 0 && this.#tried.length === 0) return [];
    return [...parts, this.#fold.clock].map(({ key, state }) => ({ key: prefix + key, state }));
  }

  restore(key: string, state: unknown, offset: number): void {
    this.#fold.restore(key.slice(prefix.length), state);
    this.#ahead = Math.max(this.#ahead, offset);
  }
}
