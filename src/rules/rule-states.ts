import { severityRank } from '../model/severity.ts';
import { newCells, packCells, resetCells, unpackCells } from './cells.ts';
import type { CompiledType } from './compile.ts';
import type { DeviceMemory } from './device-memory.ts';
import type { DeviceState, KeptRule, Underway } from './device-state.ts';
import type { Snapshot } from './horizon.ts';
import { adoptAlarm, forgetEvidence, isAwake, type RuleMemory, severityOf, wakeRule } from './rule-judge.ts';

/**
 * What the rules of a device know of it now, and their alarms that are under way. It looks at the memory of the device, and
 * is made anew whenever somebody does.
 */
export class RuleStates implements RuleMemory {
  readonly #type: CompiledType;
  readonly #memory: DeviceMemory;

  constructor(type: CompiledType, memory: DeviceMemory) {
    this.#type = type;
    this.#memory = memory;
  }

  get cells(): readonly number[] {
    return this.#memory.ruled;
  }

  own(): number[] {
    if (this.#memory.ruled === this.#type.initial) this.#memory.ruled = newCells(this.#type.initial);
    return this.#memory.ruled;
  }

  rest(): void {
    if (this.#type.mayRest && !isAwake(this.#memory.ruled, this.#type.rules.length))
      this.#memory.ruled = this.#type.initial;
  }

  /** The alarm of a rule that is under way. */
  underway(index: number): Underway | null {
    const rule = this.#type.rules[index]!;
    const count = this.cells[rule.cells.count]!;
    return count === 0 ? null : { id: this.#memory.alarmIds![index]!, severity: severityOf(rule, this.cells), count };
  }

  /** Whether a rule that looks at the channel has an alarm under way. */
  inAlarm(channel: number): boolean {
    return this.#type.rules.some((rule) => this.cells[rule.cells.count]! > 0 && rule.channels.includes(channel));
  }

  /** The ids by index of the rule, to be written to. */
  openIds(): (string | null)[] {
    this.#memory.alarmIds ??= this.#type.rules.map(() => null);
    return this.#memory.alarmIds;
  }

  /** To be called after an alarm has ended: without any there is no list. */
  closeIds(): void {
    if (this.#memory.alarmIds?.every((id) => id === null)) this.#memory.alarmIds = null;
  }

  rename(from: string, to: string): void {
    this.#memory.alarmIds = this.#memory.alarmIds?.map((id) => (id === from ? to : id)) ?? null;
  }

  /** Goes back to what was known before. */
  rewind({ cells, ids }: Pick<Snapshot, 'cells' | 'ids'>): void {
    this.#memory.ruled = cells.length === 0 ? this.#type.initial : unpackCells(cells, this.#type.initial);
    this.#memory.alarmIds = ids && [...ids];
  }

  /** Evidence is gathered anew; alarms stay. */
  forgetEvidence(): void {
    for (const rule of this.#type.rules) forgetEvidence(rule, this.own(), this.#type.initial);
  }

  /** All alarms have ended: their rules begin anew. @returns the alarms. */
  endAll(): Underway[] {
    const ended = this.#type.rules.flatMap((rule, i) => {
      const episode = this.underway(i);
      if (!episode) return [];
      resetCells(this.own(), this.#type.initial, rule.from, rule.to);
      return [episode];
    });
    this.#memory.alarmIds = null;
    return ended;
  }

  /** What a checkpoint keeps, by rule. */
  state(): DeviceState['rules'] {
    const { rules, initial } = this.#type;
    return Object.fromEntries(
      rules.map((rule, i) => {
        const kept: KeptRule = { print: rule.print };
        const episode = this.underway(i);
        if (episode) kept.episode = episode;
        const cells = packCells(this.cells.slice(rule.from, rule.to), initial.slice(rule.from, rule.to));
        if (cells.length > 0) kept.cells = cells;
        return [rule.id, kept];
      }),
    );
  }

  /**
   * Takes what a checkpoint kept. A rule of which it knows another text goes on with its alarm alone.
   * @returns the ids of the alarms that go on.
   */
  restore(kept: DeviceState['rules']): string[] {
    const { rules, initial } = this.#type;
    const own = newCells(initial);
    this.#memory.ruled = own;
    this.#memory.alarmIds = null;
    const goOn = rules.flatMap((rule, i) => {
      const known = kept[rule.id];
      if (!known) return [];
      const { print, cells = [], episode } = known;
      if (cells.length > 0 || episode) wakeRule(rule, own);
      if (print === rule.print) {
        const ruled = unpackCells(cells, initial.slice(rule.from, rule.to));
        for (let place = 0; place < ruled.length; place++) own[rule.from + place] = ruled[place]!;
      }
      if (!episode) return [];
      this.openIds()[i] = episode.id;
      const { count, severity } = rule.cells;
      const rank = severityRank(episode.severity);
      if (print !== rule.print) adoptAlarm(rule, own, rank, episode.count);
      own[count] = episode.count;
      own[severity] = rank;
      return [episode.id];
    });
    this.rest();
    return goOn;
  }
}
