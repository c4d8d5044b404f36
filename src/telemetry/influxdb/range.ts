import { downsampledRangeStatement, rangeStatement } from '../influxql.ts';
import type { Bucket, RangeQuery } from '../port.ts';
import type { Downsampler } from './downsampler.ts';
import type { InfluxServer, Series } from './server.ts';
import { windowFrom, windowMs } from './window.ts';

/** From this span on a chart is made of what was downsampled where that gives the same. */
const longMs = 2 * 86_400_000;

export interface RangeParts {
  server: InfluxServer;
  database: string;
  downsampler: Downsampler | null;
  /** Before this, in milliseconds since the epoch, InfluxDB has no readings any more; minus infinity when it keeps all. */
  rawSince: number;
}

/** A range of readings, from those that were downsampled where they are as good, or where they are all that is left. */
export async function readRange(parts: RangeParts, query: RangeQuery): Promise<Bucket[]> {
  const { server, database, downsampler } = parts;
  const { from, to } = query;
  const done = downsampler ? downsampledPart(parts, downsampler, query) : { from: to, to };
  const ask = async (where: string, statement: string) => sums(await server.query(where, statement));
  const answers: Promise<Sum[]>[] = [];
  const raw = (from: number, to: number) => {
    if (from < to && to > parts.rawSince) answers.push(ask(database, rangeStatement({ ...query, from, to })));
  };
  if (downsampler && done.from < done.to) {
    raw(from, done.from);
    answers.push(ask(downsampler.database, downsampledRangeStatement({ ...query, ...done })));
    raw(done.to, to);
  } else {
    raw(from, to);
  }
  return buckets((await Promise.all(answers)).flat());
}

function downsampledPart({ rawSince }: RangeParts, downsampler: Downsampler, query: RangeQuery) {
  const { deviceId, from, to, stepMs } = query;
  if (to - from >= longMs && stepMs % windowMs === 0) return downsampler.done(deviceId, from, to);
  return downsampler.done(deviceId, from, Math.min(to, windowFrom(Math.max(rawSince, from))));
}

interface Sum {
  at: number;
  sum: number;
  min: number;
  max: number;
  count: number;
}

function sums(series: Series[]): Sum[] {
  return series.flatMap(({ values }) =>
    values.map(([at, sum, min, max, count]) => ({ at, sum, min, max, count }) as Sum),
  );
}

/** One bucket a step, also where two parts meet within it. */
function buckets(parts: readonly Sum[]): Bucket[] {
  const byStart = new Map<number, Sum>();
  for (const part of parts) {
    const found = byStart.get(part.at);
    if (found) {
      found.sum += part.sum;
      found.count += part.count;
      found.min = Math.min(found.min, part.min);
      found.max = Math.max(found.max, part.max);
    } else {
      byStart.set(part.at, part);
    }
  }
  return Array.from(byStart.values(), ({ at, sum, min, max, count }) => ({
    at,
    mean: sum / count,
    min,
    max,
    count,
  })).sort((a, b) => a.at - b.at);
}
