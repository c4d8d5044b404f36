import type { Metrics, MetricsSource } from '../shared/metrics.ts';
import { type Stage, stageMetric } from '../shared/stage-seconds.ts';

/** What is shown is of the last five minutes, looked at every ten seconds. */
const everyMs = 10_000;
const windowLooks = 30;

export const stages: readonly Stage[] = ['durable', 'judged', 'alarmed', 'notified'];

/** How long frames took to a station lately; null where none came. */
export interface StageLatency {
  stage: Stage;
  /** Frames or batches of them. */
  count: number;
  p50Ms: number | null;
  p99Ms: number | null;
}

/** Upper bound in seconds → how many were at most so long, since the start; the total stands at Infinity. */
type Cumulative = ReadonlyMap<number, number>;
type Look = Map<Stage, Cumulative>;

/** Follows the histograms of the stages, and says what the last minutes were like. */
export class Latencies {
  readonly #sources: readonly MetricsSource[];
  readonly #looks: Look[] = [];
  #nextAt = 0;
  #looking = false;

  constructor(sources: readonly MetricsSource[]) {
    this.#sources = sources;
  }

  /** To be called about once a second. @param now by the clock that does not jump */
  look(now: number): void {
    if (this.#looking || now < this.#nextAt) return;
    this.#looking = true;
    this.#nextAt = now + everyMs;
    void Promise.allSettled(this.#sources.map((source) => source())).then((answers) => {
      const look: Look = new Map();
      for (const answer of answers) if (answer.status === 'fulfilled') addTo(look, answer.value);
      this.#looks.push(look);
      if (this.#looks.length > windowLooks) this.#looks.shift();
      this.#looking = false;
    });
  }

  status(): StageLatency[] {
    const first = this.#looks[0];
    const last = this.#looks.at(-1);
    return stages.map((stage) => {
      // With a single look everything since the start counts.
      const since = first === last ? undefined : first?.get(stage);
      const counts = lately(last?.get(stage) ?? new Map(), since);
      const count = counts.at(-1)?.[1] ?? 0;
      return { stage, count, p50Ms: quantile(counts, 0.5), p99Ms: quantile(counts, 0.99) };
    });
  }
}

function addTo(look: Look, metrics: Metrics): void {
  const histogram = metrics.find(({ name }) => name === stageMetric);
  for (const { labels, value, ...named } of histogram?.values ?? []) {
    if (!('metricName' in named) || named.metricName !== `${stageMetric}_bucket`) continue;
    const stage = labels.stage as Stage;
    const counts = new Map(look.get(stage));
    const bound = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
    look.set(stage, counts.set(bound, (counts.get(bound) ?? 0) + value));
  }
}

/** Cumulative counts by bound, lowest first, of what came since. A source that began anew counts from its beginning. */
function lately(now: Cumulative, since: Cumulative | undefined): [bound: number, count: number][] {
  const sorted = [...now].sort(([a], [b]) => a - b);
  const differences = sorted.map(([bound, count]): [number, number] => [bound, count - (since?.get(bound) ?? 0)]);
  return differences.some(([, count]) => count < 0) ? sorted : differences;
}

/** As Prometheus estimates it: evenly spread within a bucket. Milliseconds; null when there is nothing. */
function quantile(counts: readonly [bound: number, count: number][], q: number): number | null {
  const total = counts.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = q * total;
  const at = counts.findIndex(([, count]) => count >= rank);
  const [upper, count] = counts[at]!;
  const [lower, below] = counts[at - 1] ?? [0, 0];
  // Beyond the last bound nothing more is known than that it was longer.
  if (upper === Number.POSITIVE_INFINITY) return lower * 1000;
  return Math.round((lower + ((upper - lower) * (rank - below)) / (count - below)) * 10_000) / 10;
}
