import type { Device } from '../model/device.ts';
import type { DeviceType } from '../model/device-type.ts';
import { isKeptApart } from '../model/rule-version.ts';
import type { CompiledType } from '../rules/compile.ts';
import type { RulesOf, RulesOfTime } from '../rules/rules-of.ts';
import type { RuleBook } from '../rules/versions/rule-book.ts';
import { RuleHistory } from '../rules/versions/rule-history.ts';
import type { Logger } from '../shared/logger.ts';
import type { Store } from '../store/open.ts';
import { loadAreaParents, ruleVersionsAfter } from '../store/rule-versions.ts';

/** From the entry after this offset of the journal on, the rules are those of this version. */
type RuleChange = [offset: number, version: number];

export interface LiveRulesOptions {
  store: Store;
  types: ReadonlyMap<string, DeviceType>;
  log: Logger;
}

/**
 * The rules by which the engine judges now. They change where the journal says so, so that a restart, which judges
 * entries again, judges each by the rules that it was judged by.
 */
export class LiveRules implements RulesOfTime {
  readonly #store: Store;
  readonly #history: RuleHistory;
  #book: RuleBook;
  /** Changes since the checkpoint that a restart would begin from, and the last one before it. */
  #changes: RuleChange[] = [];
  /** Device → the version by which its state was judged already, when that is ahead of the checkpoint. */
  #ahead = new Map<string, number>();
  readonly #aheadBooks = new Map<number, RuleBook>();
  #triesOut = false;

  constructor({ store, types, log }: LiveRulesOptions) {
    this.#store = store;
    this.#history = new RuleHistory(types, log);
    this.#book = this.#history.at();
  }

  /** The version that is in force. */
  get version(): number {
    return this.#book.version;
  }

  /** Reads versions and areas; before a checkpoint is restored the newest version is in force. */
  async load(): Promise<void> {
    await this.#readOn();
    await this.placesChanged();
    this.#use(this.#history.latest);
  }

  /** Areas or devices changed in the store. */
  async placesChanged(): Promise<void> {
    this.#history.setAreas(await loadAreaParents(this.#store));
    this.#use(this.version);
  }

  /**
   * Goes on from a checkpoint.
   * @param changes what `state` gave
   * @param offset the entry from which on everything is judged again
   * @param ahead device → the entry from which on it is judged again, where that is later
   */
  restore(changes: unknown, offset: number, ahead: ReadonlyMap<string, number>): void {
    this.#changes = changes as RuleChange[];
    this.#use(this.#versionAt(offset));
    for (const [deviceId, at] of ahead) {
      const version = this.#versionAt(at);
      if (version > this.version) this.#ahead.set(deviceId, version);
    }
  }

  /** What a checkpoint keeps. @param offset the entry from which on a restart would judge again. */
  state(offset: number): unknown {
    const before = this.#changes.findLastIndex(([at]) => at < offset);
    if (before > 0) this.#changes = this.#changes.slice(before);
    return this.#changes.length > 0 ? this.#changes : [[-1, this.version] satisfies RuleChange];
  }

  /** The journal says at this entry that the rules are those of a version from here on. */
  async take(offset: number, version: number): Promise<void> {
    if (version > this.#history.latest) await this.#readOn();
    // A change that is judged again after a crash is known already.
    const last = this.#changes.at(-1);
    if (this.#changes.length === 0) this.#changes.push([-1, this.version]);
    if (!last || offset > last[0]) this.#changes.push([offset, version]);
    this.#use(version);
  }

  readonly rulesOf = (device: Device): CompiledType | undefined => {
    if (this.#ahead.size === 0) return this.#book.rulesOf(device);
    return this.#bookFor(device).rulesOf(device);
  };

  /** What is tried out on a device beside its live rules. */
  readonly shadowOf = (device: Device): CompiledType | undefined => {
    if (this.#ahead.size === 0) return this.#book.shadowOf(device);
    return this.#bookFor(device).shadowOf(device);
  };

  asOf(time: number): RulesOf {
    return this.of(this.#history.versionAt(time));
  }

  of(version: number): RulesOf {
    const book = this.#history.at(version);
    return (device) => book.rulesOf(device);
  }

  /** Whether anything is tried out anywhere. */
  get triesOut(): boolean {
    return this.#triesOut;
  }

  #bookFor(device: Device): RuleBook {
    const version = this.#ahead.get(device.id);
    if (version === undefined || version <= this.version) return this.#book;
    const book = this.#aheadBooks.get(version) ?? this.#history.at(version);
    this.#aheadBooks.set(version, book);
    return book;
  }

  #versionAt(offset: number): number {
    return this.#changes.findLast(([at]) => at < offset)?.[1] ?? this.#changes[0]?.[1] ?? this.#history.latest;
  }

  #use(version: number): void {
    this.#book = this.#history.at(version);
    this.#triesOut = [...this.#history.placed(version).all()].some(isKeptApart);
    for (const [deviceId, at] of this.#ahead) if (at <= version) this.#ahead.delete(deviceId);
    this.#aheadBooks.clear();
  }

  async #readOn(): Promise<void> {
    this.#history.add(await ruleVersionsAfter(this.#store, this.#history.latest));
  }
}
