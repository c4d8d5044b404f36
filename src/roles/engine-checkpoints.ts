import { isBaselineState } from '../baseline/baseline.ts';
import { baselinePrefix, deviceKey, type Fold } from '../rules/fold.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { getCheckpoint, setCheckpoint } from '../store/checkpoint.ts';
import type { Store } from '../store/open.ts';
import type { Row } from '../store/schema.ts';
import { upsertAll } from '../store/upsert-all.ts';
import type { LiveRules } from './live-rules.ts';
import { isShadowKey, type ShadowFold } from './shadow-fold.ts';

/** Consumer of effects: everything below its offset is in the store. */
export const effectsConsumer = 'rules';
/** Consumer of the fold's own state, which is written more seldom: a restart folds from here. */
const stateConsumer = 'rules.state';
/** The part of a checkpoint that says which version of the rules was in force where. */
const rulesKey = 'rules';

/**
 * Characters of state that are written at once, at least: about 1 ms, so that an alarm never waits long for a checkpoint,
 * whether devices have much to remember or little. A checkpoint of many devices takes many such slices, between batches;
 * each part says as of which entry it is.
 */
const sliceLength = 40_000;
/** Where batches are large because there is a backlog, slices are too. */
const lengthPerEntry = 250;
/**
 * Characters that may wait to become durable: slices do not wait for the disk, but what an alarm commits waits for all
 * that was written before it.
 */
const mostPending = 400_000;
/** Nobody waits at the end. */
const wholeSlice = 4_000_000;
/**
 * The engine gives at most a tenth of its time to checkpoints. Ten thousand devices that report every few seconds have
 * hundreds of megabytes to be kept: these are written more seldom, and a restart folds some more again.
 */
const timesItTook = 10;
/** But never more seldom than this, milliseconds. */
const mostSeldomMs = 120_000;

interface StatePart {
  key: string;
  state: unknown;
}

export interface CheckpointParts {
  store: Store;
  /** The same store, opened as durable later: for slices that need not be so at once. Absent: all are. */
  storeForLater?: Store;
  partition: number;
  fold: Fold;
  /** Where the fold finds its rules; part of every checkpoint. */
  rules?: Pick<LiveRules, 'restore' | 'state'>;
  shadow?: ShadowFold;
  /** How often one is begun, milliseconds. */
  checkpointEveryMs: number;
  /** What they go by: a machine whose clock is set back by an hour would write none for that long. */
  steady: Clock;
  /** Tries until it works; null when the engine was told to stop meanwhile. */
  persist<T>(what: string, work: () => Promise<T>): Promise<T | null>;
  log: Logger;
}

/** The fold's own state in the store: loaded at the start, and written slice by slice between the engine's batches. */
export class EngineCheckpoints {
  readonly #parts: CheckpointParts;
  #begunAt = 0;
  /** Characters written since the last slice that is durable. */
  #pending = 0;
  /** How long writing took, of the one that is being written or the last one, milliseconds. */
  #took = 0;
  /** The one that is being written. */
  #writing: { offset: number; clock: StatePart; devices: Set<string> } | null = null;
  /** Device → entries below are in its state already, since it was written later than the checkpoint began. */
  readonly #ahead = new Map<string, number>();
  #offset = 0;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  /** A restart reads the journal from here. */
  get offset(): number {
    return this.#offset;
  }

  get isWriting(): boolean {
    return this.#writing !== null;
  }

  get isDue(): boolean {
    const { steady, checkpointEveryMs } = this.#parts;
    const seldom = Math.min(timesItTook * this.#took, mostSeldomMs);
    return this.#writing === null && steady.now() - this.#begunAt >= Math.max(checkpointEveryMs, seldom);
  }

  /**
   * Gives the fold, the rules and the shadow their state back.
   * @param start the journal has nothing before
   * @returns the offset up to which effects are in the store
   */
  async load(start: number): Promise<number> {
    const { store, partition, fold, rules, shadow, steady, log } = this.#parts;
    const committed = await getCheckpoint(store, effectsConsumer, partition);
    this.#offset = Math.max(await getCheckpoint(store, stateConsumer, partition), start);
    let rulesState: unknown;
    let unknownBaselines = 0;
    for (const { key, stateJson, offset } of await store.selectFrom('foldState').selectAll().execute()) {
      const state: unknown = JSON.parse(stateJson);
      if (isShadowKey(key)) {
        shadow?.restore(key, state, offset);
        continue;
      }
      if (key === rulesKey) {
        rulesState = state;
        continue;
      }
      fold.restore(key, state);
      if (key.startsWith(baselinePrefix) && !isBaselineState(state)) unknownBaselines++;
      if (offset > this.#offset) this.#ahead.set(key, offset);
    }
    if (unknownBaselines > 0) log.warn({ baselines: unknownBaselines }, 'baselines of another version begin anew');
    if (rulesState !== undefined) {
      const byDevice = new Map([...this.#ahead].map(([key, offset]) => [key.slice(deviceKey('').length), offset]));
      rules?.restore(rulesState, this.#offset, byDevice);
    }
    this.#begunAt = steady.now();
    return committed;
  }

  /** Whether the state of a device that was loaded has an entry in it already. */
  has(deviceId: string, offset: number): boolean {
    return this.#ahead.size > 0 && offset < (this.#ahead.get(deviceKey(deviceId)) ?? 0);
  }

  /** @param offset entries below are folded and have had their effect */
  begin(offset: number): void {
    const { fold, steady } = this.#parts;
    this.#begunAt = steady.now();
    this.#took = 0;
    // What is left of one that was broken off is written with this one.
    const devices = new Set([...(this.#writing?.devices ?? []), ...fold.takeTouched()]);
    this.#writing = { offset, clock: fold.clock, devices };
  }

  /**
   * Goes on with the checkpoint that is being written.
   * @param offset entries below are folded and have had their effect
   * @param entries how many the batch before had
   * @returns whether the store has taken it, and the offset for effects with it.
   */
  async goOn(offset: number, entries: number): Promise<boolean> {
    return await this.#writeSlice(offset, Math.max(sliceLength, entries * lengthPerEntry));
  }

  /** Writes a whole checkpoint as of now. @returns whether state and effects up to there are in the store. */
  async writeAll(offset: number): Promise<boolean> {
    this.begin(offset);
    while (this.#writing) if (!(await this.#writeSlice(offset, wholeSlice))) return false;
    return true;
  }

  /** Writes the state of some devices, as of now; with the last of them the checkpoint is there, as of its beginning. */
  async #writeSlice(offset: number, most: number): Promise<boolean> {
    const { store, storeForLater = store, partition, rules, shadow, steady, persist } = this.#parts;
    const writing = this.#writing!;
    const began = steady.now();
    const parts = this.#takeDevices(offset, most);
    const done = writing.devices.size === 0;
    if (done) parts.push(stateRow(writing.clock, writing.offset));
    if (done && shadow) parts.push(...shadow.takeParts().map((part) => stateRow(part, offset)));
    if (rules)
      parts.push(stateRow({ key: rulesKey, state: rules.state(done ? writing.offset : this.#offset) }, offset));
    const taken = await persist('write a checkpoint', async () => {
      await (done || this.#pending > mostPending ? store : storeForLater).transaction().execute(async (tx) => {
        await upsertAll(tx, 'foldState', 'key', ['stateJson', 'offset'], parts);
        // The state of a device must never be ahead of its effects.
        await setCheckpoint(tx, effectsConsumer, partition, offset);
        if (done) await setCheckpoint(tx, stateConsumer, partition, writing.offset);
      });
      return true;
    });
    if (!taken) return false;
    if (done || this.#pending > mostPending) this.#pending = 0;
    this.#took += steady.now() - began;
    if (done) {
      this.#offset = writing.offset;
      this.#writing = null;
    }
    return true;
  }

  /** The next devices of the checkpoint, as they are now: one at least, and no more once they are `most` characters. */
  #takeDevices(offset: number, most: number): Row<'foldState'>[] {
    const { devices } = this.#writing!;
    const rows: Row<'foldState'>[] = [];
    let length = 0;
    for (const id of devices) {
      if (length >= most) break;
      devices.delete(id);
      for (const part of this.#parts.fold.partsOf(id)) {
        const row = stateRow(part, offset);
        length += row.stateJson.length;
        rows.push(row);
      }
    }
    this.#pending += length;
    return rows;
  }
}

function stateRow({ key, state }: StatePart, offset: number): Row<'foldState'> {
  return { key, stateJson: JSON.stringify(state), offset };
}
