import type { Transaction } from 'kysely';
import { compare, type Scope } from '../../alarms/corrections.ts';
import type { AlarmTransition } from '../../alarms/ledger.ts';
import { recordCorrections } from '../../alarms/record-corrections.ts';
import { recordedSince } from '../../alarms/recorded.ts';
import type { DecodeLimits } from '../../devices/decode.ts';
import { entryTime } from '../../journal/entry-time.ts';
import type { JournalReader, StoredEntry } from '../../journal/port.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Episode } from '../../model/episode.ts';
import type { ReplayJudged } from '../../model/replay.ts';
import type { CompiledType } from '../../rules/compile.ts';
import type { DeviceState } from '../../rules/device-state.ts';
import { deviceKey, type Fold } from '../../rules/fold.ts';
import type { AroundOf } from '../../rules/language/surroundings.ts';
import type { RulesOfTime } from '../../rules/rules-of.ts';
import type { Clock } from '../../shared/clock.ts';
import { addAudit } from '../../store/audit.ts';
import { inParts } from '../../store/in-parts.ts';
import type { Store, StoreOrTransaction } from '../../store/open.ts';
import { halfDone } from '../../store/replays.ts';
import type { Database, Row } from '../../store/schema.ts';
import { upsertAll } from '../../store/upsert-all.ts';
import type { DeviceDirectory } from '../device-directory.ts';
import { mergeState } from './merge-state.ts';
import { type Plan, planOf, withJournalFrom } from './plan.ts';
import { SideFold } from './side-fold.ts';

export interface ReplayRunOptions {
  store: Store;
  partition: number;
  rules: RulesOfTime;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  devices: DeviceDirectory;
  /** The live one. */
  fold: Fold;
  /** What is known around a device; see `Fold`. */
  aroundOf?: AroundOf;
  limits: DecodeLimits;
  /** People are called for an alarm found late when it is active and its newest evidence is no older than this. */
  callWithinMs: number;
  respond(tx: Transaction<Database>, transitions: readonly AlarmTransition[]): Promise<void>;
  /** Called after a commit that consoles should know of. */
  onFeed(): void;
  clock: Clock;
}

/** Where the live fold stands still. */
export interface Handover {
  offset: number;
}

/** One replay on its way: what was judged again so far, and how it ends. */
export class ReplayRun {
  readonly #options: ReplayRunOptions;
  readonly #replay: Row<'replay'>;
  readonly #plan: Plan;
  readonly #side: SideFold;
  readonly #firstOffset: number;
  /** The distinct sets of rules of the devices judged. */
  readonly #types: ReadonlySet<CompiledType>;
  readonly #silenceRules: ReadonlySet<string>;
  #offset: number;

  private constructor(options: ReplayRunOptions, replay: Row<'replay'>, plan: Plan, side: SideFold, offset: number) {
    this.#options = options;
    this.#replay = replay;
    this.#plan = plan;
    this.#side = side;
    this.#firstOffset = offset;
    this.#types = new Set([...plan.judged.values()].flatMap(({ device }) => options.rules.rulesOf(device) ?? []));
    this.#silenceRules = new Set([...this.#types].flatMap((type) => type.silence.map((rule) => rule.id)));
    this.#offset = offset;
  }

  static async begin(options: ReplayRunOptions, replay: Row<'replay'>, reader: JournalReader): Promise<ReplayRun> {
    const { store, rules } = options;
    const wanted = await planOf(store, replay, rules);
    const [first] = await reader.read(reader.start(), 1, 0, new AbortController().signal);
    const plan = withJournalFrom(wanted, first ? entryTime(first.entry) : 0);
    const offset = await reader.offsetAt(plan.startAt);
    const recorded = await recordedSince(store, [...plan.judged.keys()], plan.startAt);
    const kept = await quarantined(store, options.partition, plan, offset);
    return new ReplayRun(
      options,
      replay,
      plan,
      new SideFold({ ...options, plan, recorded, maxFutureMs: options.limits.maxFutureMs, quarantined: kept }),
      offset,
    );
  }

  /** Everything below is judged. */
  get offset(): number {
    return this.#offset;
  }

  take(entries: readonly StoredEntry[]): void {
    this.#side.take(entries);
    this.#offset = (entries.at(-1)?.offset ?? this.#offset - 1) + 1;
  }

  /** Says in the store how far it has got. */
  async note(readEntries: number, toRead: number, db: StoreOrTransaction = this.#options.store): Promise<void> {
    await db.updateTable('replay').set({ readEntries, toRead }).where('id', '=', this.#replay.id).execute();
  }

  /** Corrects the record and moves the live fold over, in one transaction; a dry run only says what it would do. */
  async finish(live: Handover): Promise<void> {
    const { store, fold, devices, onFeed } = this.#options;
    // A device that was taken away or switched off meanwhile has nothing to go on with.
    for (const id of this.#plan.judged.keys()) if (devices.get(id)?.state !== 'active') this.#plan.judged.delete(id);
    const states = await store.transaction().execute((tx) => this.#commit(tx, live));
    for (const [id, state] of states) fold.replaceState(this.#plan.judged.get(id)!.device, state);
    onFeed();
  }

  async #commit(tx: Transaction<Database>, live: Handover): Promise<Map<string, DeviceState>> {
    const { clock } = this.#options;
    const { id, dryRun, byPersonId } = this.#replay;
    const now = clock.now();
    const ids = [...this.#plan.judged.keys()];
    const scope = this.#scope();
    const recorded = await recordedSince(tx, ids, this.#plan.startAt);
    const { corrections, known } = compare(recorded, this.#side.episodes.values(), scope);
    const resolved = this.#side.decoded.resolved;
    const count = (kind: (typeof corrections)[number]['kind']) => corrections.filter((one) => one.kind === kind).length;
    const judged: ReplayJudged = {
      devices: this.#plan.devices.size,
      frames: this.#side.decoded.frames,
      stillWrong: this.#side.decoded.stillWrong,
      resolved: resolved.length,
      raisedLate: count('raised-late'),
      retracted: count('retracted'),
      reinstated: count('reinstated'),
      corrected: count('corrected'),
      leftAlone: recorded.filter(({ row }) => !scope.judges(row.ruleId)).length,
      since: [...this.#plan.judged.values()].reduce(
        (least, one) => Math.min(least, one.since),
        ids.length > 0 ? Number.POSITIVE_INFINITY : this.#plan.since,
      ),
    };
    const states = new Map<string, DeviceState>();
    if (dryRun === 0) {
      const transitions = await recordCorrections(tx, corrections, {
        replayId: id,
        byPersonId,
        now,
        isToCall: (episode) => episode.active && this.#isFresh(episode, now),
        gridOf: (deviceId) => this.#plan.devices.get(deviceId)?.gridId ?? '',
      });
      await this.#options.respond(tx, transitions);
      for (const part of inParts(resolved))
        await tx.updateTable('quarantine').set({ replayId: id }).where('id', 'in', part).execute();
      for (const one of ids) {
        const state = this.#stateOf(one, known);
        if (state) states.set(one, state);
      }
      const rows = [...states].map(([one, state]) => ({
        key: deviceKey(one),
        stateJson: JSON.stringify(state),
        offset: live.offset,
      }));
      await upsertAll(tx, 'foldState', 'key', ['stateJson', 'offset'], rows);
    }
    await this.note(live.offset - this.#firstOffset, live.offset - this.#firstOffset, tx);
    await halfDone(tx, this.#replay, { judged }, now);
    const detail = { ...judged, dryRun: dryRun === 1 };
    await addAudit(tx, { at: now, personId: byPersonId, action: 'replay.judged', subject: `replay/${id}`, detail });
    return states;
  }

  #stateOf(id: string, known: Parameters<typeof mergeState>[3]): DeviceState | null {
    const { fold, rules } = this.#options;
    const { device } = this.#plan.judged.get(id)!;
    const found = this.#side.stateFor(device, fold.listenedMs);
    const live = fold.stateOf(device);
    return found && live && mergeState(found, live, rules.rulesOf(device)!, known);
  }

  #isFresh(episode: Episode, now: number): boolean {
    // As long as a silence lasts, every moment speaks for it.
    return this.#goesByTicks(episode.ruleId) || now - episode.evidenceAt <= this.#options.callWithinMs;
  }

  #goesByTicks(ruleId: string): boolean {
    return this.#silenceRules.has(ruleId);
  }

  #scope(): Scope {
    const rules = new Map([...this.#types].flatMap((type) => type.rules.map((one) => [one.id, one])));
    return {
      since: (deviceId) => this.#plan.judged.get(deviceId)?.since ?? null,
      judges: (ruleId) => this.#goesByTicks(ruleId) || rules.get(ruleId)?.usesBaseline === false,
      goesByTicks: (ruleId) => this.#goesByTicks(ruleId),
    };
  }
}

/** Offset → what these devices have in quarantine from an offset on. */
async function quarantined(db: Store, partition: number, plan: Plan, offset: number) {
  const kept = new Map<number, { id: number; code: string }[]>();
  for (const deviceId of plan.devices.keys()) {
    const rows = await db
      .selectFrom('quarantine')
      .select(['id', 'offset', 'code'])
      .where('deviceId', '=', deviceId)
      .where('partition', '=', partition)
      .where('offset', '>=', offset)
      .where('replayId', 'is', null)
      .execute();
    for (const { id, code, offset: at } of rows) kept.set(at, [...(kept.get(at) ?? []), { id, code }]);
  }
  return kept;
}
