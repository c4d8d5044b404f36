import { Gauge, Histogram, Registry } from 'prom-client';

/** What the metrics ask the journal for when somebody reads them. */
export interface JournalNumbers {
  used: number;
  backlog: number;
  budget: number;
  segments: number;
  /** Seconds since the oldest entry came in; 0 without entries. */
  oldestSeconds: number;
  waiting: number;
  lost: number;
}

const gauges: [name: string, help: string, key: keyof JournalNumbers][] = [
  ['tocsin_journal_bytes', 'Bytes of the journal on disk.', 'used'],
  ['tocsin_journal_backlog_bytes', 'Bytes of the journal that a consumer has not finished with.', 'backlog'],
  ['tocsin_journal_budget_bytes', 'Bytes that the journal may take.', 'budget'],
  ['tocsin_journal_segments', 'Files of the journal.', 'segments'],
  ['tocsin_journal_oldest_entry_seconds', 'Age of the oldest entry in the journal.', 'oldestSeconds'],
  ['tocsin_journal_waiting_entries', 'Entries that wait for space before they can be acknowledged.', 'waiting'],
  ['tocsin_journal_lost_entries', 'Entries found to be damaged or missing since the start.', 'lost'],
];

/** The journal's own metrics. */
export class JournalMetrics {
  readonly registry = new Registry();
  readonly #sync: Histogram;

  constructor(numbers: () => JournalNumbers) {
    const registers = [this.registry];
    for (const [name, help, key] of gauges) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(numbers()[key]);
        },
      });
    }
    this.#sync = new Histogram({
      name: 'tocsin_journal_sync_seconds',
      help: 'How long the disk took to make a group of entries durable.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
      registers,
    });
  }

  synced(seconds: number): void {
    this.#sync.observe(seconds);
  }
}
