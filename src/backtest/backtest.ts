import type { TrialResult } from '../model/backtest.ts';
import type { Sample } from '../model/sample.ts';
import type { CompiledType } from '../rules/compile.ts';
import type { RulesOf } from '../rules/rules-of.ts';
import { differenceOf, type Judged } from './difference.ts';
import { ledgerOf } from './ledger.ts';
import { type Surroundings, Trial } from './trial.ts';

/** One set of rules: the same for all devices, or what holds for each. */
export interface RulesTried {
  rulesOf: RulesOf;
  /** Ids of all of its rules. */
  ids: readonly string[];
}

export interface BacktestOptions extends Surroundings {
  rules: RulesTried;
  /** What they are held against; null: nothing. */
  against: RulesTried | null;
  /** Alarms that were over before are not told; readings before let the rules warm up. Measured time; null: all. */
  from: number | null;
  /** Readings from then on are left out, measured time; null: none is. */
  to: number | null;
}

/** Judges samples of the past by one set of rules, or by two at once to hold one against the other. */
export class Backtest {
  readonly #options: BacktestOptions;
  readonly #trial: Trial;
  readonly #other: Trial | null;
  readonly #devices = new Set<string>();
  #samples = 0;
  #readings = 0;
  #first: number | null = null;
  #last: number | null = null;

  constructor(options: BacktestOptions) {
    this.#options = options;
    const { rules, against } = options;
    this.#trial = new Trial(rules.rulesOf, options);
    this.#other = against && new Trial(against.rulesOf, options);
  }

  /** Takes in samples in the order of their receipt. */
  take(samples: readonly Sample[]): void {
    const { to } = this.#options;
    for (const sample of samples) {
      const at = sample.measuredAt;
      if (to !== null && at >= to) continue;
      this.#samples++;
      for (const _ in sample.values) this.#readings++;
      if (this.#first === null || at < this.#first) this.#first = at;
      if (this.#last === null || at > this.#last) this.#last = at;
      this.#devices.add(sample.deviceId);
      this.#trial.take(sample);
      this.#other?.take(sample);
    }
  }

  result(): TrialResult {
    this.#trial.finish();
    this.#other?.finish();
    const { rules, against } = this.#options;
    const now = this.#judged(rules, this.#trial);
    const byRule = Object.fromEntries(now.rules.map((rule) => [rule, 0]));
    for (const { rule } of now.alarms) byRule[rule] = (byRule[rule] ?? 0) + 1;
    return {
      first: this.#first,
      last: this.#last,
      ledger: [...now.alarms],
      corrections: this.#trial.corrections.first,
      counts: {
        samples: this.#samples,
        readings: this.#readings,
        devices: this.#devices.size,
        stale: this.#trial.stale,
        alarms: now.alarms.length,
        corrections: this.#trial.corrections.count,
        byRule,
      },
      difference: against && this.#other ? differenceOf(this.#judged(against, this.#other), now) : null,
    };
  }

  #judged({ ids }: RulesTried, trial: Trial): Judged {
    return { rules: ids, alarms: ledgerOf(trial.episodes, this.#options) };
  }
}

/**
 * Rules that are the same for every device.
 * @param asked those of other types, whose devices are only asked
 */
export function forAll(type: CompiledType, asked?: ReadonlyMap<string, CompiledType>): RulesTried {
  return { rulesOf: (device) => asked?.get(device.type) ?? type, ids: idsOf(type) };
}

export function idsOf({ rules, silence }: CompiledType): string[] {
  return [...rules, ...silence].map((rule) => rule.id);
}
