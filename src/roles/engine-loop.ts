import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import { type AlarmTransition, recordEffects } from '../alarms/ledger.ts';
import { type CallsDue, callOwed, OwedCalls } from '../alarms/owed-calls.ts';
import { type DecodeLimits, decode } from '../devices/decode.ts';
import { entryTime } from '../journal/entry-time.ts';
import type { JournalReader, StoredEntry } from '../journal/port.ts';
import type { AlarmEffect } from '../model/alarm.ts';
import type { BaselineWord } from '../model/baseline-word.ts';
import type { Device } from '../model/device.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Frame } from '../model/frame.ts';
import { isInternal } from '../model/internal.ts';
import { type Fold, together } from '../rules/fold.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { StageSeconds } from '../shared/stage-seconds.ts';
import { setCheckpoint } from '../store/checkpoint.ts';
import { insertAll } from '../store/insert-all.ts';
import type { Store } from '../store/open.ts';
import { addQuarantineCounts } from '../store/quarantine-counts.ts';
import type { Database } from '../store/schema.ts';
import type { DeviceDirectory } from './device-directory.ts';
import { EngineCheckpoints, effectsConsumer } from './engine-checkpoints.ts';
import type { LiveRules } from './live-rules.ts';
import type { ConsumerStatus } from './messages.ts';
import { Quarantine } from './quarantine.ts';
import type { ShadowFold } from './shadow-fold.ts';

/** Entries folded before their effects are committed together: bounds memory and the time to the first alarm. */
const batchEntries = 2_000;
/** How long a read waits for something to fold, so that a checkpoint and a stop are never far away. */
const readWaitMs = 500;
const retryMs = 500;

export interface EngineOptions {
  store: Store;
  /** See `CheckpointParts`. */
  storeForLater?: Store;
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
  /** See `LedgerContext`. */
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
  /** What checkpoints go by. */
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
  readonly #checkpoints: EngineCheckpoints;
  readonly #owed: OwedCalls;
  readonly #stopping = new AbortController();
  readonly #transitions: Counter<'kind'>;
  /** Entries below have been folded. */
  #offset = 0;
  /** Effects of entries below are in the store. */
  #committed = 0;
  /** Entries below are folded and have had their effect. */
  #handled = 0;
  #handledAt: number | null = null;
  #trouble: string | null = null;
  #running: Promise<void> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { registry, reader } = options;
    this.#quarantine = new Quarantine(registry);
    this.#owed = new OwedCalls(options.callWithinMs);
    this.#checkpoints = new EngineCheckpoints({ ...options, persist: (what, work) => this.#persist(what, work) });
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
    const { reader, log, store, fold, shadow, devices } = this.#options;
    const owing = store.selectFrom('alarm').select(['id', 'callOwed']).where('active', '=', 1);
    this.#owed.restore(await owing.where('callOwed', '>', callOwed.withNews).execute());
    this.#committed = await this.#checkpoints.load(reader.start());
    fold.meet(devices.active);
    shadow?.meet(devices.active);
    this.#offset = this.#checkpoints.offset;
    this.#handled = this.#offset;
    this.#options.onHandled?.(this.#handled);
    log.info({ offset: this.#offset, committed: this.#committed, end: reader.end() }, 'engine starts');
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { reader, replays } = this.#options;
    const checkpoints = this.#checkpoints;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const entries = await this.#persist('read the journal', () =>
        reader.read(this.#offset, batchEntries, checkpoints.isWriting ? 0 : readWaitMs, signal),
      );
      // Told to stop while the store did not take the effects: the offset must stay below them.
      if (entries && entries.length > 0 && !(await this.#take(entries))) return;
      if (replays?.ready) {
        if (await this.#checkpoint()) await replays.handOver({ offset: this.#offset });
        continue;
      }
      if (checkpoints.isDue) checkpoints.begin(this.#offset);
      if (checkpoints.isWriting && (await checkpoints.goOn(this.#offset, entries?.length ?? 0)))
        this.#committed = this.#offset;
    }
  }

  /** @returns whether everything up to here is in the store. */
  async #take(entries: StoredEntry[]): Promise<boolean> {
    const effects: (AlarmEffect | CallsDue)[] = [];
    for (const [i, { offset, entry }] of entries.entries()) {
      if (i % together === 0) this.#lookAhead(entries, i);
      this.#options.fold.isKept = (deviceId) => this.#checkpoints.has(deviceId, offset);
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
      if (!isNew) continue;
      effects.push(...news);
      this.#owed.note(news);
      const due = entry.kind === 'tick' ? this.#owed.takeDue(entry.at) : null;
      if (due) effects.push(due);
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

  /** Most of what is known of a device is far away when many send: it is looked at for some of them together. */
  #lookAhead(entries: readonly StoredEntry[], from: number): void {
    const devices: Device[] = [];
    const until = Math.min(from + together, entries.length);
    for (let i = from; i < until; i++) {
      const { entry } = entries[i]!;
      const device = entry.kind === 'frame' ? this.#options.devices.get(entry.frame.deviceId) : undefined;
      if (device) devices.push(device);
    }
    this.#options.fold.lookAhead(devices);
  }

  async #word(offset: number, word: BaselineWord): Promise<void> {
    if (this.#checkpoints.has(word.deviceId, offset)) return;
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
    const isKept = this.#checkpoints.has(frame.deviceId, offset);
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
      if (isKept) return fold.samplesAgain(device, samples, effects);
      fold.samples(device, samples, effects);
      for (const sample of samples) shadow?.sample(offset, device, sample, isNew);
    } catch (error) {
      // A mistake of ours must not stop the engine at this frame for ever.
      log.error({ err: error, device: frame.deviceId, offset }, 'a frame could not be judged');
      const reason = `Judging it failed: ${error instanceof Error ? error.message : String(error)}. Please report this.`;
      if (isNew) this.#quarantine.frame(partition, offset, frame, [{ code: 'FRAME_FAILED', reason }]);
    }
  }

  async #commit(effects: readonly (AlarmEffect | CallsDue)[]): Promise<boolean> {
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

  /**
   * Writes a whole checkpoint as of now.
   * @returns whether state and effects up to here are in the store.
   */
  async #checkpoint(): Promise<boolean> {
    const written = await this.#checkpoints.writeAll(this.#offset);
    if (written) this.#committed = this.#offset;
    return written;
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
      offset: this.#checkpoints.offset,
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
