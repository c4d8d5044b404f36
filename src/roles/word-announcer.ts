import { dampingOf } from '../baseline/damping.ts';
import { embeddedPartition } from '../journal/partition-of.ts';
import type { JournalAppender } from '../journal/port.ts';
import type { BaselineWord } from '../model/baseline-word.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { markAnnounced, unannouncedWords, wordsOfSeries } from '../store/baseline-words.ts';
import type { Store } from '../store/open.ts';

const everyMs = 1_000;

export interface WordAnnouncerOptions {
  store: Store;
  journal: JournalAppender;
  clock: Clock;
  log: Logger;
}

/**
 * Puts what people said about baselines into the journal, once it is in the store: the engine goes by it from that entry
 * on, and a restart, which judges entries again, does so at the same place.
 */
export class WordAnnouncer {
  readonly #options: WordAnnouncerOptions;
  readonly #repeating: Repeating;
  #announcing: Promise<void> = Promise.resolve();

  constructor(options: WordAnnouncerOptions) {
    this.#options = options;
    // What the journal did not take is tried again.
    this.#repeating = new Repeating('announcing words', everyMs, options.log, () => this.announce());
  }

  /**
   * Resolves when all that was said is in the journal.
   * @throws TocsinError JOURNAL_UNAVAILABLE, JOURNAL_FULL when the journal does not take it now; it is tried again.
   */
  announce(): Promise<void> {
    // One after another: what counts is the last one of a series.
    const mine = this.#announcing.catch(() => {}).then(() => this.#announceNew());
    this.#announcing = mine.catch(() => {});
    return mine;
  }

  async #announceNew(): Promise<void> {
    const { store } = this.#options;
    for (const { id, deviceId, channel, verdict, takenBackAt } of await unannouncedWords(store)) {
      const inForce = (await wordsOfSeries(store, deviceId, channel)).filter((word) => word.takenBackAt === null);
      const damping = dampingOf(inForce.map((word) => word.verdict));
      const normal = verdict !== 'new-normal' ? 'keep' : takenBackAt === null ? 'accept' : 'take-back';
      await this.#append({ deviceId, channel, damping, normal });
      await markAnnounced(store, id, takenBackAt);
    }
  }

  async #append(word: BaselineWord): Promise<void> {
    const { journal, clock } = this.#options;
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve());
      journal.append(embeddedPartition, { kind: 'word', word, at: clock.now() }, done, true);
    });
  }

  /** Waits for what is under way, then does no more. */
  async stop(): Promise<void> {
    await this.#repeating.stop();
    await this.#announcing;
  }
}
