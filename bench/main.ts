import { parseArgs } from 'node:util';
import { benchIngest, type IngestResult } from './ingest.ts';
import { benchLatency, type LatencyResult } from './latency.ts';
import { benchRules, type RulesResult } from './rules.ts';
import { benchTelemetry, type TelemetryResult } from './telemetry.ts';

const usage = `npm run bench [-- ingest | latency | rules | telemetry] [-- --json]

Measures this machine, each figure beside a reference taken in the same run. Some minutes for all.
  ingest    QoS 1 messages acknowledged a second, 1,000 clients × 1 and 50 × 20 in flight: bare Aedes, Tocsin, ratio
  latency   publish to alarm on the live feed, at 1,000 messages a second
  rules     readings a second through the rule fold alone, one thread
  telemetry 10 million readings into the embedded store beside a plain table of rows: load, space, a chart of 24 h`;

const measurements = {
  ingest: { run: benchIngest, say: sayIngest },
  latency: { run: benchLatency, say: sayLatency },
  rules: { run: async () => benchRules(), say: sayRules },
  telemetry: { run: benchTelemetry, say: sayTelemetry },
};

function sayIngest(results: IngestResult[]): string {
  return results
    .map(
      (r) =>
        `ingest    ${r.clients} clients × ${r.inFlight} in flight: bare Aedes ${r.bareAedesPerSecond}/s, Tocsin ${r.tocsinPerSecond}/s (durable before PUBACK, everything running): ratio ${r.ratio}`,
    )
    .join('\n');
}

function sayLatency(r: LatencyResult): string {
  return `latency   publish to alarm on the live feed at ${r.messagesPerSecond}/s: p50 ${r.alarmMs.p50} ms, p99 ${r.alarmMs.p99} ms; publish to PUBACK: p50 ${r.acknowledgedMs.p50} ms, p99 ${r.acknowledgedMs.p99} ms; ratio of the medians ${r.ratio}`;
}

function sayRules(r: RulesResult): string {
  return `rules     ${r.readingsPerSecond} readings/s through ${r.rulesPerDevice} rules, one thread; making the samples alone ${r.referencePerSecond}/s: ratio ${r.ratio}`;
}

function sayTelemetry(r: TelemetryResult): string {
  const beside = (m: { packed: number; rows: number; ratio: number }) => `${m.packed}, rows ${m.rows}: ratio ${m.ratio}`;
  return [
    `telemetry readings/s loaded and packed ${beside(r.perSecond)}; written alone ${r.writtenPerSecond}/s`,
    `telemetry bytes a reading, with roll-ups ${beside(r.bytesPerReading)}`,
    `telemetry 24 h of a device, 5 channels, steps of 5 min, ms ${beside(r.dayInFiveMinutesMs)}; not packed yet ${r.freshDayMs}`,
    `telemetry the same, every reading, ms ${beside(r.dayInReadingsMs)}`,
  ].join('\n');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !(name in measurements));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`There is no measurement "${unknown[0]}".\n\n`);
  process.stdout.write(`${usage}\n`);
  process.exit(unknown.length > 0 ? 2 : 0);
}
const results: Record<string, unknown> = {};
for (const [name, { run, say }] of Object.entries(measurements)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const result = await run();
  results[name] = result;
  if (!values.json) process.stdout.write(`${say(result as never)}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
