import type { CompiledCondition, RuleContext } from '../../rules/language/context.ts';

const nobody: readonly never[] = [];

/** One test of a condition at one sample; NaN: not known. */
export interface PartReading {
  /** 1, 0 or NaN. */
  truth: number;
  /** Both sides, in the part's unit; NaN for a part that compares nothing. */
  value: number;
  limit: number;
  /** Ids of the other devices for want of whose readings it is not known. */
  lacking: readonly string[];
}

/** What a condition said at one sample. */
export interface Judgement {
  truth: number;
  parts: PartReading[];
}

/** Listens to one condition of a rule while the rule is judged: what it said at each sample, and why. */
export class ConditionTrace {
  readonly condition: CompiledCondition;
  readonly #beside: ConditionTrace | null;
  readonly #onJudged: (context: RuleContext) => void;
  /** By measured time. */
  readonly #byTime = new Map<number, Judgement>();

  /**
   * @param onJudged is called before anything is noted.
   * @param beside is noted as well whenever this one is judged, though the rule may have had no need of it yet.
   */
  constructor(
    condition: CompiledCondition,
    onJudged: (context: RuleContext) => void,
    beside: ConditionTrace | null = null,
  ) {
    this.condition = condition;
    this.#onJudged = onJudged;
    this.#beside = beside;
  }

  /** The condition, to be judged in its place, also where its bounds tell already that it is not true. */
  get listening(): CompiledCondition {
    return { ...this.condition, may: null, evaluate: (context) => this.#note(context) };
  }

  /** The condition that says again what it said then; not known at other times. */
  get repeating(): CompiledCondition {
    return { ...this.condition, may: null, evaluate: ({ now }) => this.at(now)?.truth ?? Number.NaN };
  }

  at(time: number): Judgement | undefined {
    return this.#byTime.get(time);
  }

  /** It was not judged at this time after all. */
  forget(time: number): void {
    this.#byTime.delete(time);
  }

  #note(context: RuleContext): number {
    this.#onJudged(context);
    if (this.#beside) this.#beside.#note(context);
    const truth = this.condition.evaluate(context);
    const parts = this.condition.parts.map(({ evaluate, compared, asks }): PartReading => {
      const partTruth = evaluate(context);
      const { peers } = context.around;
      const isLacking = Number.isNaN(partTruth) && peers !== null;
      return {
        truth: partTruth,
        value: compared?.value(context) ?? Number.NaN,
        limit: compared?.limit(context) ?? Number.NaN,
        lacking: isLacking ? asks.flatMap((question) => peers.lacking(question, context.now)) : nobody,
      };
    });
    this.#byTime.set(context.now, { truth, parts });
    return truth;
  }
}
