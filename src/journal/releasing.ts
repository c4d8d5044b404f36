import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { embeddedPartition } from './partition-of.ts';
import type { JournalWriter } from './port.ts';

const everyMs = 5_000;

interface Consumer {
  /** `offset`: a restart of the consumer reads from here. */
  status(): Promise<{ offset: number }>;
}

/** Tells the journal every few seconds how far each consumer is, so that it can forget what nobody needs. */
export class Releasing {
  readonly #all: Repeating[];

  /** @param consumers by the names that the journal was opened with */
  constructor(journal: JournalWriter, consumers: Readonly<Record<string, Consumer>>, log: Logger) {
    // Each by itself: one that hangs must not hide where the others are.
    this.#all = Object.entries(consumers).map(
      ([name, consumer]) =>
        new Repeating(`asking ${name} how far it is`, everyMs, log, async () =>
          journal.release(embeddedPartition, name, (await consumer.status()).offset),
        ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map((one) => one.stop()));
  }
}
