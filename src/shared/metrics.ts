import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client';

/** The metrics of one registry, as they go from thread to thread. */
export type Metrics = MetricObjectWithValues<MetricValue<string>>[];

/** What has metrics: a registry of this thread, another thread, another process. */
export type MetricsSource = () => Promise<Metrics>;

/** Everybody's metrics in one; those of one name are added up, and who does not answer is left out. */
export async function mergeMetrics(sources: readonly MetricsSource[]): Promise<Registry> {
  const answers = await Promise.allSettled(sources.map((source) => source()));
  return AggregatorRegistry.aggregate(answers.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : [])));
}
