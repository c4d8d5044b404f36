import type { Engine, Historian } from '../api/context.ts';
import type { SystemTrouble } from '../model/system-alarm.ts';
import type { Settings } from '../settings/schema.ts';
import type { Metrics } from '../shared/metrics.ts';

/** What a thread is started with. */
export interface ThreadData {
  settings: Settings;
  /** From the journal's writer: where the journal begins and ends. */
  journalProgress: SharedArrayBuffer;
}

/** What the main thread asks of each thread that reads the journal. */
interface Consumer {
  /** This thread's own metrics. */
  metrics(): Promise<Metrics>;
  status(): Promise<ConsumerStatus>;
  /** Finishes what is under way, keeps its place in the journal, ends. */
  stop(): Promise<void>;
}

/** What the main thread asks of the engine thread. */
export interface EngineFunctions extends Engine, Consumer {}

/** What the main thread asks of the historian thread, which keeps every reading. */
export interface HistorianFunctions extends Historian, Consumer {}

/** What both threads tell the main thread. */
export interface HostFunctions {
  /** Rows were added to the store's feed: consoles and flows have news. */
  feedChanged(): void;
  /** The intent of a canary alarm has come out of the outbox. */
  canaryNotified(beat: number): void;
}

export interface ConsumerStatus {
  /** Everything below has had its effect for good: a restart goes on from here, and the journal may forget it. */
  offset: number;
  /** Offset after the last durable entry of the journal. */
  end: number;
  /** Why it does not get on, for people; null when all is well. */
  trouble: string | null;
  /** Entries below have been handled; after a crash some of them, from `offset` on, are handled again. */
  handled: number;
  /** When the last of them came in, milliseconds since the epoch; null before the first since the start. */
  handledAt: number | null;
  /** What else is wrong in this thread, for as long as it lasts. */
  troubles: readonly SystemTrouble[];
}
