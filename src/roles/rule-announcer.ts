import { embeddedPartition } from '../journal/partition-of.ts';
import type { JournalAppender } from '../journal/port.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import { Repeating } from '../shared/repeating.ts';
import { addAudit } from '../store/audit.ts';
import type { Store } from '../store/open.ts';
import { addRuleVersion } from '../store/rule-versions.ts';

const everyMs = 1_000;

export interface RuleAnnouncerOptions {
  store: Store;
  journal: JournalAppender;
  clock: Clock;
  log: Logger;
}

/**
 * Puts changes of rules into the journal, once they are in the store: the engine goes by the new version from that entry
 * on, and so does everyone who reads the journal again. Ends what was switched off for a time.
 */
export class RuleAnnouncer {
  readonly #options: RuleAnnouncerOptions;
  readonly #repeating: Repeating;
  #announced = 0;
  #announcing: Promise<void> = Promise.resolve();

  constructor(options: RuleAnnouncerOptions) {
    this.#options = options;
    // An entry that the journal did not take is tried again: a version of the store must not wait for a restart.
    this.#repeating = new Repeating('announcing rules', everyMs, options.log, async () => {
      await this.#endOverdue();
      await this.announce();
    });
  }

  /**
   * Resolves when the newest version is in the journal.
   * @throws TocsinError JOURNAL_UNAVAILABLE, JOURNAL_FULL when the journal does not take it now; it is tried again.
   */
  announce(): Promise<void> {
    // One after another: versions stand in the journal in their order.
    const mine = this.#announcing.catch(() => {}).then(() => this.#announceNewest());
    this.#announcing = mine.catch(() => {});
    return mine;
  }

  async #announceNewest(): Promise<void> {
    const { store, journal, clock } = this.#options;
    const { version } = await store
      .selectFrom('ruleVersion')
      .select((e) => e.fn.max('version').as('version'))
      .executeTakeFirstOrThrow();
    if (version === null || version <= this.#announced) return;
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve());
      journal.append(embeddedPartition, { kind: 'rules', version, at: clock.now() }, done, true);
    });
    this.#announced = version;
  }

  /** Versions that were switched off until a time that has come: what is set further out holds again. */
  async #endOverdue(): Promise<void> {
    const { store, clock } = this.#options;
    const at = clock.now();
    const overdue = await store
      .selectFrom('ruleVersion as one')
      .selectAll('one')
      .where('one.mode', '=', 'off')
      .where('one.until', '<=', at)
      .where((e) =>
        e.not(
          e.exists(
            e.selectFrom('ruleVersion as later').select('later.version').whereRef('later.before', '=', 'one.version'),
          ),
        ),
      )
      .execute();
    for (const { ruleId, scope, scopeId, lane, version } of overdue) {
      await store.transaction().execute(async (tx) => {
        const end = { ruleId, scope, scopeId, lane, mode: 'withdrawn' as const, text: null, until: null, note: '', at };
        const added = await addRuleVersion(tx, { ...end, byPersonId: null, reverts: null });
        const detail = { version: added.version, scope, scopeId, ended: version };
        await addAudit(tx, { at, personId: null, action: 'rule.off-ended', subject: `rule/${ruleId}`, detail });
      });
    }
  }

  /** Waits for what is under way, then does no more. */
  async stop(): Promise<void> {
    await this.#repeating.stop();
    await this.#announcing;
  }
}
