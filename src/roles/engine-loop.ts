import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import { type AlarmTransition, recordEffects } from '../alarms/ledger.ts';
import { isBaselineState } from '../baseline/baseline.ts';
import { type DecodeLimits, decode } from '../devices/decode.ts';
import { entryTime } from '../journal/entry-time.ts';
import type { JournalReader, StoredEntry } from '../journal/port.ts';
import type { AlarmEffect } from '../model/alarm.ts';
import type { BaselineWord } from '../model/baseline-word.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Frame } from '../model/frame.ts';
import { isInternal } from '../model/internal.ts';
import { baselinePrefix, deviceKey, type Fold } from '../rules/fold.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { StageSeconds } from '../shared/stage-seconds.ts';
import { getCheckpoint, setCheckpoint } from '../store/checkpoint.ts';
import { insertAll } from '../store/insert-all.ts';
import type { Store } from '../store/open.ts';
import { addQuarantineCounts } from '../store/quarantine-counts.ts';
import type { Database, Row } from '../store/schema.ts';
import { upsertAll } from '../store/upsert-all.ts';
import type { DeviceDirectory } from './device-directory.ts';
import type { LiveRules } from './live-rules.ts';
import type { ConsumerStatus } from './messages.ts';
import { Quarantine } from './quarantine.ts';
import { isShadowKey, type ShadowFold } from './shadow-fold.ts';

/** Entries folded before their effects are committed together: bounds memory and the time to the first alarm. */
const batchEntries = 2_000;
/** How long a read waits for something to fold, so that a checkpoint and a stop are never far away. */
const readWaitMs = 500;
const retryMs = 500;

/** Consumer of effects: everything below its offset is in the store. */
const effectsConsumer = 'rules';
/**
 * Devices whose state is written at once, at least: some 2 ms, so that an alarm never waits long for a checkpoint. A
 * checkpoint of many devices takes many such slices, between batches; each part says as of which entry it is.
 */
const sliceDevices = 12;
/** Where batches are large because there is a backlog, slices are too: entries of a batch for each device of a slice. */
const entriesPerDevice = 20;
/** Nobody waits at the end. */
const wholeSlice = 500;
/** Consumer of the fold's own state, which is written more seldom: a restart folds from here. */
const stateConsumer = 'rules.state';

/** The part of a checkpoint that says which version of the rules was in force where. */
const rulesKey = 'rules';

interface StatePart {
  key: string;
  state: unknown;
}

export interface EngineOptions {
  store: Store;
  reader: JournalReader;
  partition: number;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  devices: DeviceDirectory;
  fold: Fold;
  /** Where the fold finds its rules; changed by entries of the journal, and part of every checkpoint. */
  rules?: Pick<LiveRules, 'restore' | 'state' | 'take'>;
  /** What is tried out beside the live rules. */
  shadow?: ShadowFold;
  limits: DecodeLimits;
  /** People are called for an alarm that late data found when what speaks for it is no older than this. */
  callWithinMs: number;
  checkpointEveryMs: number;
  /** What follows from alarms that were raised, changed or cleared, in the same transaction. */
  respond(tx: Transaction<Database>, transitions: readonly AlarmTransition[]): Promise<void>;
  /** Called after a commit that consoles should know of. */
  onFeed(): void;
  /** Frames that are judged again beside this loop, and end between two of its batches. */
  replays?: { readonly ready: boolean; handOver(live: { offset: number }): Promise<void> };
  /** Everything below this offset has been judged and had its effect. */
  onHandled?(offset: number): void;
  clock: Clock;
  /** What checkpoints go by: a machine whose clock is set back by an hour would write none for that long. */
  steady: Clock;
  log: Logger;
  registry: Registry;
  stages: StageSeconds;
}

/**
 * The engine: reads the journal, folds it, and commits what follows together with the offset it came from, so that
 * each entry has its effect exactly once whenever the process dies.
 */
export class EngineLoop {
  readonly #options: EngineOptions;
  readonly #quarantine: Quarantine;
  readonly #stopping = new AbortController();
  readonly #transitions: Counter<'kind'>;
  /** Entries below have been folded. */
  #offset = 0;
  /** Effects of entries below are in the store. */
  #committed = 0;
  /** Entries below are folded and have had their effect. */
  #handled = 0;
  #handledAt: number | null = null;
  #checkpointAt = 0;
  /** The checkpoint that is being written. */
  #writing: { offset: number; clock: StatePart; devices: Set<string> } | null = null;
  /** Device → entries below are in its state already, since it was written later than the checkpoint began. */
  readonly #ahead = new Map<string, number>();
  /** A restart reads the journal from here. */
  #checkpointed = 0;
  #trouble: string | null = null;
  #running: Promise<void> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { registry, reader } = options;
    this.#quarantine = new Quarantine(registry);
    this.#transitions = new Counter({
      name: 'tocsin_alarm_transitions_total',
      help: 'Alarms raised, changed in severity and cleared',
      labelNames: ['kind'],
      registers: [registry],
    });
    const { fold } = options;
    new Gauge({
      name: 'tocsin_values_not_judged',
      help: 'Values since the start that were repeated, or came later than the lateness of their type',
      registers: [registry],
      collect() {
        this.set(fold.stale);
      },
    });
    const lag = () => reader.end() - this.#offset;
    new Gauge({
      name: 'tocsin_engine_lag_entries',
      help: 'Durable entries of the journal that the engine has not folded yet',
      registers: [registry],
      collect() {
        this.set(lag());
      },
    });
  }

  /** Loads the checkpoint and begins to fold from there. */
  async start(): Promise<void> {
    const { store, partition, fold, steady, reader, log } = this.#options;
    this.#committed = await getCheckpoint(store, effectsConsumer, partition);
    this.#offset = Math.max(await getCheckpoint(store, stateConsumer, partition), reader.start());
    this.#checkpointed = this.#offset;
    this.#handled = this.#offset;
    this.#options.onHandled?.(this.#handled);
    let rules: unknown;
    let unknownBaselines = 0;
    for (const { key, stateJson, offset } of await store.selectFrom('foldState').selectAll().execute()) {
      if (isShadowKey(key)) {
        this.#options.shadow?.restore(key, JSON.parse(stateJson), offset);
        continue;
      }
      const state: unknown = JSON.parse(stateJson);
      if (key === rulesKey) rules = state;
      else fold.restore(key, state);
      if (key.startsWith(baselinePrefix) && !isBaselineState(state)) unknownBaselines++;
      if (offset > this.#offset) this.#ahead.set(key, offset);
    }
    if (unknownBaselines > 0) log.warn({ baselines: unknownBaselines }, 'baselines of another version begin anew');
    if (rules !== undefined) {
      const ahead = [...this.#ahead].filter(([key]) => key !== rulesKey);
      const byDevice = new Map(ahead.map(([key, offset]) => [key.slice(deviceKey('').length), offset]));
      this.#options.rules?.restore(rules, this.#offset, byDevice);
    }
    this.#checkpointAt = steady.now();
    log.info({ offset: this.#offset, committed: this.#committed, end: reader.end() }, 'engine starts');
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { reader, checkpointEveryMs, steady, replays } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const entries = await this.#persist('read the journal', () =>
        reader.read(this.#offset, batchEntries, this.#writing ? 0 : readWaitMs, signal),
      );
      // Told to stop while the store did not take the effects: the offset must stay below them.
      if (entries && entries.length > 0 && !(await this.#take(entries))) return;
      if (replays?.ready) {
        if (await this.#checkpoint()) await replays.handOver({ offset: this.#offset });
        continue;
      }
      if (!this.#writing && steady.now() - this.#checkpointAt >= checkpointEveryMs) this.#beginCheckpoint();
      if (this.#writing) await this.#writeSlice(Math.max(sliceDevices, (entries?.length ?? 0) / entriesPerDevice));
    }
  }

  /** @returns whether everything up to here is in the store. */
  async #take(entries: StoredEntry[]): Promise<boolean> {
    const effects: AlarmEffect[] = [];
    for (const { offset, entry } of entries) {
      // What was committed before a crash is folded again for its state; its effects are in the store already.
      const news: AlarmEffect[] = [];
      const isNew = offset >= this.#committed;
      if (entry.kind === 'tick') {
        this.#options.fold.tick(entry.at, this.#options.devices.active, news);
        this.#options.shadow?.tick(offset, entry.at, this.#options.devices.active, isNew);
      } else if (entry.kind === 'frame') await this.#frame(offset, entry.frame, isNew, news);
      else if (entry.kind === 'rules') {
        if (!(await this.#takeRules(offset, entry.version))) return false;
      } else if (entry.kind === 'word') await this.#word(offset, entry.word);
      else if (isNew) this.#quarantine.refusal(this.#options.partition, offset, entry.refusal);
      if (isNew) effects.push(...news);
    }
    const last = entries.at(-1)!;
    this.#offset = last.offset + 1;
    this.#noteJudged(entries);
    const news = effects.length > 0 || this.#quarantine.size > 0 || this.#options.shadow?.hasNews;
    if (news && !(await this.#commit(effects))) return false;
    this.#handled = this.#offset;
    this.#options.onHandled?.(this.#handled);
    this.#handledAt = entryTime(last.entry);
    return true;
  }

  async #word(offset: number, word: BaselineWord): Promise<void> {
    if (offset < (this.#ahead.get(deviceKey(word.deviceId)) ?? 0)) return;
    const { devices, fold } = this.#options;
    const device = devices.get(word.deviceId) ?? (await devices.find(word.deviceId));
    if (device) fold.hear(device, word);
  }

  /** @returns whether they are in force; not when the engine is to stop while the store cannot be read. */
  async #takeRules(offset: number, version: number): Promise<boolean> {
    const { rules } = this.#options;
    const taken = await this.#persist('read the rules', async () => {
      await rules?.take(offset, version);
      return true;
    });
    return taken === true;
  }

  /** The first frame of a batch is its oldest. */
  #noteJudged(entries: readonly StoredEntry[]): void {
    const { stages, clock } = this.#options;
    for (const { entry } of entries) {
      if (entry.kind !== 'frame') continue;
      stages.observe('judged', entry.frame.receivedAt, clock.now());
      return;
    }
  }

  async #frame(offset: number, frame: Frame, isNew: boolean, effects: AlarmEffect[]): Promise<void> {
    if (this.#ahead.size > 0 && offset < (this.#ahead.get(deviceKey(frame.deviceId)) ?? 0)) return;
    const { devices, deviceTypes, limits, fold, shadow, partition, log } = this.#options;
    const device = devices.get(frame.deviceId) ?? (await devices.find(frame.deviceId));
    const type = device && deviceTypes.get(device.type);
    if (!device || !type) {
      const problem = device
        ? {
            code: 'DEVICE_TYPE_UNKNOWN' as const,
            reason: `There is no device type ${device.type} that works; see the log.`,
          }
        : { code: 'DEVICE_UNKNOWN' as const, reason: `There is no device ${frame.deviceId}.` };
      if (isNew) this.#quarantine.frame(partition, offset, frame, [problem]);
      return;
    }
    try {
      const { samples, problems } = decode(type, frame, limits);
      if (problems.length > 0 && isNew) this.#quarantine.frame(partition, offset, frame, problems);
      // A batch is judged in the order in which it was measured.
      if (samples.length > 1) samples.sort((a, b) => a.measuredAt - b.measuredAt);
      fold.samples(device, samples, effects);
      for (const sample of samples) shadow?.sample(offset, device, sample, isNew);
    } catch (error) {
      // A mistake of ours must not stop the engine at this frame for ever.
      log.error({ err: error, device: frame.deviceId, offset }, 'a frame could not be judged');
      const reason = `Judging it failed: ${error instanceof Error ? error.message : String(error)}. Please report this.`;
      if (isNew) this.#quarantine.frame(partition, offset, frame, [{ code: 'FRAME_FAILED', reason }]);
    }
  }

  async #commit(effects: AlarmEffect[]): Promise<boolean> {
    const { store, devices, shadow, callWithinMs, partition, respond, onFeed, stages, clock } = this.#options;
    const { rows, counts } = this.#quarantine.take();
    let transitions: AlarmTransition[] = [];
    // The fold has moved on, so there is no way but forward: the commit is tried until the store takes it.
    const done = await this.#persist('commit to the store', async () => {
      await store.transaction().execute(async (tx) => {
        transitions = await recordEffects(tx, effects, { deviceById: (id) => devices.get(id), callWithinMs });
        await respond(tx, transitions);
        await shadow?.record(tx);
        await insertAll(tx, 'quarantine', rows);
        await addQuarantineCounts(tx, counts);
        await setCheckpoint(tx, effectsConsumer, partition, this.#offset);
      });
      return true;
    });
    if (!done) return false;
    shadow?.recorded();
    this.#committed = this.#offset;
    for (const { kind, alarm, receivedAt } of transitions) {
      if (kind === 'raised') stages.observe('alarmed', receivedAt, clock.now());
      if (!isInternal(alarm.gridId)) this.#transitions.inc({ kind });
    }
    if (effects.length > 0) onFeed();
    return true;
  }

  #beginCheckpoint(): void {
    const { fold, steady } = this.#options;
    this.#checkpointAt = steady.now();
    // What is left of one that was broken off is written with this one.
    const devices = new Set([...(this.#writing?.devices ?? []), ...fold.takeTouched()]);
    this.#writing = { offset: this.#offset, clock: fold.clock, devices };
  }

  /**
   * Writes the state of some devices, as of now; with the last of them the checkpoint is there, as of its beginning.
   * @returns whether the store has taken it.
   */
  async #writeSlice(most: number): Promise<boolean> {
    const { store, fold, partition } = this.#options;
    const writing = this.#writing!;
    const slice: string[] = [];
    for (const id of writing.devices) {
      if (slice.length >= most) break;
      slice.push(id);
    }
    for (const id of slice) writing.devices.delete(id);
    const done = writing.devices.size === 0;
    const parts = slice.flatMap((id) => fold.partsOf(id)).map((part) => stateRow(part, this.#offset));
    if (done) parts.push(stateRow(writing.clock, writing.offset));
    const { rules, shadow } = this.#options;
    if (done && shadow) parts.push(...shadow.takeParts().map((part) => stateRow(part, this.#offset)));
    if (rules)
      parts.push(
        stateRow({ key: rulesKey, state: rules.state(done ? writing.offset : this.#checkpointed) }, this.#offset),
      );
    const taken = await this.#persist('write a checkpoint', async () => {
      await store.transaction().execute(async (tx) => {
        await upsertAll(tx, 'foldState', 'key', ['stateJson', 'offset'], parts);
        // The state of a device must never be ahead of its effects.
        await setCheckpoint(tx, effectsConsumer, partition, this.#offset);
        if (done) await setCheckpoint(tx, stateConsumer, partition, writing.offset);
      });
      return true;
    });
    if (!taken) return false;
    this.#committed = this.#offset;
    if (done) {
      this.#checkpointed = writing.offset;
      this.#writing = null;
    }
    return true;
  }

  /**
   * Writes a whole checkpoint as of now.
   * @returns whether state and effects up to here are in the store.
   */
  async #checkpoint(): Promise<boolean> {
    this.#beginCheckpoint();
    while (this.#writing) if (!(await this.#writeSlice(wholeSlice))) return false;
    return true;
  }

  /** Entries below are judged and have had their effect. */
  get offset(): number {
    return this.#offset;
  }

  /** Tries until it works or the engine is told to stop; says once what is wrong, and once that it is over. */
  async #persist<T>(what: string, work: () => Promise<T>): Promise<T | null> {
    const { log } = this.#options;
    for (;;) {
      try {
        const result = await work();
        if (this.#trouble) log.info({ what }, 'engine goes on');
        this.#trouble = null;
        return result;
      } catch (error) {
        if (!this.#trouble) log.error({ err: error, what }, 'engine cannot go on; trying again');
        this.#trouble = `cannot ${what}: ${error instanceof Error ? error.message : String(error)}`;
        if (this.#stopping.signal.aborted) return null;
        await sleep(retryMs);
      }
    }
  }

  status(): ConsumerStatus {
    return {
      offset: this.#checkpointed,
      end: this.#options.reader.end(),
      trouble: this.#trouble,
      handled: this.#handled,
      handledAt: this.#handledAt,
      troubles: [],
    };
  }

  /** Finishes the batch under way and writes a checkpoint. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (!this.#trouble) await this.#checkpoint();
  }
}

function stateRow({ key, state }: StatePart, offset: number): Row<'foldState'> {
  return { key, stateJson: JSON.stringify(state), offset };
}
