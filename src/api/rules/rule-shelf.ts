import type { DeviceType } from '../../model/device-type.ts';
import type { RuleBook } from '../../rules/versions/rule-book.ts';
import { RuleHistory } from '../../rules/versions/rule-history.ts';
import type { Logger } from '../../shared/logger.ts';
import type { Store } from '../../store/open.ts';
import { loadAreaParents, ruleVersionsAfter } from '../../store/rule-versions.ts';

/** The versions of rules as they are in the store, read on at each look. */
export class RuleShelf {
  readonly #store: Store;
  readonly #history: RuleHistory;
  #book: RuleBook | null = null;

  constructor(store: Store, types: ReadonlyMap<string, DeviceType>, log: Logger) {
    this.#store = store;
    this.#history = new RuleHistory(types, log);
  }

  /** Every version until now. */
  async history(): Promise<RuleHistory> {
    this.#history.add(await ruleVersionsAfter(this.#store, this.#history.latest));
    return this.#history;
  }

  /** The rules of all devices as of now. */
  async book(): Promise<RuleBook> {
    const history = await this.history();
    if (this.#book?.version === history.latest) return this.#book;
    history.setAreas(await loadAreaParents(this.#store));
    this.#book = history.at();
    return this.#book;
  }

  /** Areas have changed, and with them which rules hold where. */
  areasChanged(): void {
    this.#book = null;
  }
}
