import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalReader } from '../../journal/port.ts';
import type { Logger } from '../../shared/logger.ts';
import { Repeating } from '../../shared/repeating.ts';
import { giveUpReplay, unfinishedReplays } from '../../store/replays.ts';
import type { Row } from '../../store/schema.ts';
import { type Handover, ReplayRun, type ReplayRunOptions } from './run.ts';

const lookEveryMs = 1_000;
/** Entries judged again at a time; some milliseconds, for which the live ones wait at most. */
const sliceEntries = 250;
/** Between two slices the live ones have their turn. */
const restMs = 1;
/** With more than this to do, the live fold is left alone. */
const liveBacklog = 1_000;
const backlogRestMs = 50;
/** Closer than this to the live fold, the rest is judged in one go between two of its batches. */
const nearEntries = 1_000;
const noteEveryMs = 1_000;
/** Whatever fails is tried again from the beginning; after so many times a person has to look at it. */
const mostAttempts = 5;

export interface ReplayerOptions extends ReplayRunOptions {
  /** Opens a reader of its own. */
  openReader(): Promise<JournalReader>;
  /** Offset of the live fold. */
  liveOffset(): number;
  log: Logger;
}

/**
 * Carries out what people want to be judged again: one replay at a time, in slices between which the live engine runs,
 * then the last stretch while it stands still, and all that follows in one transaction. Whatever dies in between starts
 * over from the beginning and has changed nothing.
 */
export class Replayer {
  readonly #options: ReplayerOptions;
  readonly #stopping = new AbortController();
  readonly #attempts = new Map<number, number>();
  readonly #looking: Repeating;
  #ready: { run: ReplayRun; reader: JournalReader; done: PromiseWithResolvers<void> } | null = null;

  constructor(options: ReplayerOptions) {
    this.#options = options;
    this.#looking = new Repeating('replays', lookEveryMs, options.log, () => this.#look());
  }

  /** Whether a replay waits for the live fold to stand still. */
  get ready(): boolean {
    return this.#ready !== null;
  }

  /**
   * Judges the last stretch up to the live fold's offset and commits everything. The live fold must have its state in
   * the store, and not move meanwhile. Never rejects: a replay that fails must not hold up the living.
   */
  async handOver(live: Handover): Promise<void> {
    const ready = this.#ready;
    // The live fold is behind what was asked for; it comes.
    if (!ready || ready.run.offset > live.offset) return;
    this.#ready = null;
    try {
      await this.#readTo(ready.run, ready.reader, live.offset);
      await ready.run.finish(live);
      ready.done.resolve();
    } catch (error) {
      ready.done.reject(error);
    }
  }

  async #readTo(run: ReplayRun, reader: JournalReader, end: number): Promise<void> {
    while (run.offset < end) {
      const entries = await reader.read(run.offset, Math.min(sliceEntries, end - run.offset), 0, this.#stopping.signal);
      if (entries.length === 0) throw new Error('the journal ended before the live offset');
      run.take(entries);
    }
  }

  async #look(): Promise<void> {
    const { store, log, clock } = this.#options;
    for (const replay of await unfinishedReplays(store)) {
      if (this.#stopping.signal.aborted) return;
      if (replay.judgedAt !== null) continue;
      try {
        await this.#carryOut(replay);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        const attempts = (this.#attempts.get(replay.id) ?? 0) + 1;
        this.#attempts.set(replay.id, attempts);
        log.warn({ err: error, replay: replay.id, attempts }, 'a replay failed');
        if (attempts < mostAttempts) return;
        const why = error instanceof Error ? error.message : String(error);
        const advice = `It failed ${attempts} times, the last time with: ${why}. Nothing was corrected; see the log.`;
        await giveUpReplay(store, replay.id, advice, clock.now());
      }
    }
  }

  async #carryOut(replay: Row<'replay'>): Promise<void> {
    const { store, log } = this.#options;
    await store.updateTable('replay').set({ state: 'running', readEntries: 0 }).where('id', '=', replay.id).execute();
    log.info({ replay: replay.id, device: replay.deviceId, type: replay.deviceType }, 'replay begins');
    const reader = await this.#options.openReader();
    try {
      const run = await ReplayRun.begin(this.#options, replay, reader);
      await this.#catchUp(run, reader);
      if (this.#stopping.signal.aborted) return;
      const done = Promise.withResolvers<void>();
      this.#ready = { run, reader, done };
      await done.promise;
      log.info({ replay: replay.id }, 'replay judged');
    } finally {
      this.#ready = null;
      await reader.close();
    }
  }

  /** Reads on until the live fold is near. */
  async #catchUp(run: ReplayRun, reader: JournalReader): Promise<void> {
    const { liveOffset, clock } = this.#options;
    const { signal } = this.#stopping;
    const first = run.offset;
    let notedAt = clock.now();
    while (!signal.aborted && liveOffset() - run.offset > nearEntries) {
      if (reader.end() - liveOffset() > liveBacklog) {
        await sleep(backlogRestMs);
        continue;
      }
      const entries = await reader.read(run.offset, sliceEntries, 0, signal);
      run.take(entries);
      if (clock.now() - notedAt >= noteEveryMs) {
        notedAt = clock.now();
        await run.note(run.offset - first, liveOffset() - first);
      }
      await sleep(restMs);
    }
    await run.note(run.offset - first, liveOffset() - first);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    // One that waits for the live fold waits no longer: it is not done, and begins again at the next start.
    this.#ready?.done.reject(new Error('Tocsin stops'));
    this.#ready = null;
    await this.#looking.stop();
  }
}
