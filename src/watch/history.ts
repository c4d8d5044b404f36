import type { Store } from '../store/open.ts';
import type { Row } from '../store/schema.ts';
import { upsertAll } from '../store/upsert-all.ts';
import type { SystemAlarm, SystemChange } from './system-alarms.ts';

/** Changes that wait for the store: a day of a store that is away and of troubles that come and go. Beyond, the oldest goes. */
const mostWaiting = 1_000;

/** The record of what was wrong with Tocsin. Kept when the store takes it; what is wrong now is known without it. */
export class SystemHistory {
  readonly #store: Store;
  readonly #waiting = new Map<string, Row<'systemAlarm'>>();

  constructor(store: Store) {
    this.#store = store;
  }

  note({ kind, alarm, at }: SystemChange): void {
    const { id, code, severity, detail, since } = alarm;
    const clearedAt = kind === 'cleared' ? at : null;
    this.#waiting.set(id, { id, code, severity, detailJson: JSON.stringify(detail), raisedAt: since, clearedAt });
    if (this.#waiting.size > mostWaiting) this.#waiting.delete(this.#waiting.keys().next().value!);
  }

  /** Writes what waits. Rejects when the store does not take it; then it goes on waiting. */
  async write(): Promise<void> {
    const rows = [...this.#waiting.values()];
    if (rows.length === 0) return;
    await upsertAll(this.#store, 'systemAlarm', 'id', ['severity', 'detailJson', 'clearedAt'], rows);
    // What came in meanwhile stays.
    for (const row of rows) if (this.#waiting.get(row.id) === row) this.#waiting.delete(row.id);
  }

  /** What had not ended when Tocsin did. */
  async open(): Promise<SystemAlarm[]> {
    const rows = await this.#store.selectFrom('systemAlarm').selectAll().where('clearedAt', 'is', null).execute();
    return rows.map(({ id, code, severity, detailJson, raisedAt }) => ({
      id,
      code,
      severity,
      detail: JSON.parse(detailJson) as SystemAlarm['detail'],
      since: raisedAt,
    }));
  }
}
