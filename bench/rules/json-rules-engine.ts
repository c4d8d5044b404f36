import { Engine } from 'json-rules-engine';
import { type Contender, limits } from './contender.ts';
import type { Reading } from './series.ts';

interface Series {
  readings: Reading[];
  heldSince: number | null;
  active: Set<string>;
}

/**
 * json-rules-engine with the three rules. It has no time and no windows, so facts about them are worked out beside it, as
 * its users do: a list of the last ten minutes for each series.
 */
export class JsonRulesEngineContender implements Contender {
  readonly #engine: Engine;
  readonly #series = new Map<number, Series>();
  changes = 0;

  constructor() {
    const rule = (name: string, fact: string, value: number) => ({
      name,
      conditions: { all: [{ fact, operator: 'greaterThanInclusive', value }] },
      event: { type: name },
    });
    this.#engine = new Engine([
      rule('high', 'heldMs', limits.highForMs),
      rule('mean', 'mean', limits.meanCm),
      rule('often', 'above', limits.nOf.least),
    ]);
  }

  async take(reading: Reading): Promise<void> {
    const known = this.#series.get(reading.series) ?? { readings: [], heldSince: null, active: new Set<string>() };
    this.#series.set(reading.series, known);
    known.readings = [...known.readings.filter(({ at }) => at > reading.at - limits.meanOverMs), reading];
    if (reading.value >= limits.highCm) known.heldSince ??= reading.at;
    else if (reading.value < limits.highClearCm || !known.active.has('high')) known.heldSince = null;
    const { events } = await this.#engine.run({
      heldMs: known.heldSince === null ? -1 : reading.at - known.heldSince,
      mean: known.readings.reduce((sum, { value }) => sum + value, 0) / known.readings.length,
      above: known.readings.slice(-limits.nOf.of).filter(({ value }) => value > limits.nOf.above).length,
    });
    const active = new Set(events.map(({ type }) => type));
    for (const name of ['high', 'mean', 'often']) if (active.has(name) !== known.active.has(name)) this.changes++;
    known.active = active;
  }
}
