import { parseArgs } from 'node:util';
import { type BaselineResult, benchBaseline } from './baseline/bench-baseline.ts';
import { benchConnections, type ConnectionsResult } from './connections.ts';
import { benchIngest, type IngestResult } from './ingest.ts';
import { benchLatency, type LatencyResult } from './latency.ts';
import { benchOutage, type OutageResult } from './outage.ts';
import { benchOverload, type OverloadResult } from './overload.ts';
import { benchRogue, type RogueResult } from './rogue.ts';
import { benchRules, type RulesResult } from './rules/bench-rules.ts';
import { round } from './statistics.ts';
import { benchTelemetry, type TelemetryResult } from './telemetry.ts';

const usage = `npm run bench [-- ingest | latency | rules | baseline | telemetry | rogue | overload | outage | connections] [-- --count 5000 --minutes 0.5 --rate 5000 --series 1000000 --score tool.mjs --streams folder --json]

Measures this machine, each figure beside a reference taken in the same run. Some minutes for all.
  ingest    QoS 1 messages acknowledged a second, 1,000 clients × 1 and 50 × 20 in flight: bare Aedes, Tocsin, ratio
  latency   publish to alarm on the live feed, at 1,000 and at 5,000 messages a second, beside the same way over sockets,
            threads and disk with nothing done on it
  rules     readings a second through the rules alone, one thread: ten rules over 1,000 to --series series, and three rules
            beside json-rules-engine, RxJS and a Node-RED function
  baseline  anomalies of each kind put into series of the simulated town and into made ones: what is found, how soon, and
            false alarms, beside a rolling median and a windowed Gaussian; what holidays and seasons bring. --streams has
            a folder of your own series used as well, --score a tool score the detector over it
  telemetry 10 million readings into the embedded store beside a plain table of rows: load, space, a chart of 24 h
  rogue     PUBACK of 200 devices before and while one device sends 2,000 messages a second, QoS 1 and QoS 0
  overload  three times of what can be judged for --minutes: what is acknowledged, memory, what is lost
  outage    InfluxDB away for --minutes while --rate frames a second come in: alarms meanwhile, catching up, gaps
  connections
            --count devices connected over several processes: memory of each connection, bare Aedes and Tocsin, PUBACK
            meanwhile, and all of them coming back at once. 50000 take some minutes and 3 GB`;

const measurements = {
  ingest: { run: benchIngest, say: sayIngest },
  latency: { run: benchLatency, say: sayLatency },
  rules: { run: () => benchRules(Number(values.series)), say: sayRules },
  baseline: { run: () => benchBaseline(values.score, values.streams), say: sayBaseline },
  telemetry: { run: benchTelemetry, say: sayTelemetry },
  rogue: { run: benchRogue, say: sayRogue },
  overload: { run: () => benchOverload(Number(values.minutes)), say: sayOverload },
  outage: { run: () => benchOutage(Number(values.minutes), Number(values.rate)), say: sayOutage },
  connections: { run: () => benchConnections(Number(values.count)), say: sayConnections },
};

function sayIngest(results: IngestResult[]): string {
  return results
    .map(
      (r) =>
        `ingest    ${r.clients} clients × ${r.inFlight} in flight: bare Aedes ${r.bareAedesPerSecond}/s, Tocsin ${r.tocsinPerSecond}/s (durable before PUBACK, everything running): ratio ${r.ratio}`,
    )
    .join('\n');
}

function sayLatency(results: LatencyResult[]): string {
  return results
    .map(
      (r) =>
        `latency   publish to alarm on the live feed at ${r.messagesPerSecond}/s: p50 ${r.alarmMs.p50} ms, p99 ${r.alarmMs.p99} ms; the bare way, nothing done on it: p50 ${r.bareMs.p50} ms, p99 ${r.bareMs.p99} ms; ratio ${r.ratio.p50} and ${r.ratio.p99}; publish to PUBACK: p50 ${r.acknowledgedMs.p50} ms, p99 ${r.acknowledgedMs.p99} ms; ${r.stolen === null ? 'what the host took is not known' : `the host took ${round(100 * r.stolen)} % of the cores' time for others`}`,
    )
    .join('\n');
}

function sayRules({ ten, three }: RulesResult): string {
  const sizes = ten.map(
    (r) =>
      `rules     ten rules, ${r.series} series, ${r.weather === 'calm' ? 'a wave a week' : 'a wave every eight hours'}: ${r.readingsPerSecond} readings/s, ${r.microseconds} µs a reading (${r.ratio} times that of a thousand in turn with it); a series takes ${r.bytesPerSeries} bytes, ${r.checkpointBytes} in a checkpoint`,
  );
  const beside = three.map(
    (r) =>
      `rules     three rules, 1000 series, ${r.name}: ${r.readingsPerSecond} readings/s, ${r.changesPerThousand} changes in 1000 readings; Tocsin over it: ${r.tocsinIsFasterBy}`,
  );
  return [...sizes, ...beside].join('\n');
}

function sayBaseline({ rows, calendar, microseconds, stateBytes, score }: BaselineResult): string {
  const told = rows.map(({ contender, series, falsePerDeviceAndMonth, falsePerDeviceAndWeek, found }) => {
    const kinds = Object.entries(found).map(([name, f]) =>
      f.recall > 0
        ? `${name} ${f.recall.toFixed(2)} of ${f.cases} after ${f.delayHours.toFixed(1)} h`
        : `${name} 0.00 of ${f.cases}`,
    );
    return `baseline  ${contender}, ${series}: ${falsePerDeviceAndWeek.toFixed(2)} false alarms a week, ${falsePerDeviceAndMonth.toFixed(2)} a month; ${kinds.join(', ')}`;
  });
  const days = calendar.map(
    (r) =>
      `baseline  ${r.change}: ${r.alarms.toFixed(1)} alarms a series, ${r.most} at most; ${r.without.toFixed(1)} in the same time without it`,
  );
  return [
    ...told,
    ...days,
    `baseline  ${microseconds.toFixed(1)} µs a reading, ${stateBytes} bytes of state a series in a checkpoint`,
    ...(score ? [score] : []),
  ].join('\n');
}

function sayRogue(results: RogueResult[]): string {
  return results
    .map(
      (r) =>
        `rogue     others' PUBACK p99 ${r.before.p99} ms before, ${r.during.p99} ms while one device sends ${r.floodPerSecond}/s with QoS ${r.qos}: ratio ${r.ratio} (of half of the rounds ${r.ofRounds.quarter} to ${r.ofRounds.threeQuarters}); of ${r.flood.sent} messages ${r.flood.acknowledged} were acknowledged, over ${r.flood.connections} connections`,
    )
    .join('\n');
}

function sayOverload(r: OverloadResult): string {
  return [
    `overload  sustainable ${r.sustainablePerSecond}/s; offered ${r.offeredPerSecond}/s for ${r.seconds} s: ${r.acknowledgedPerSecond}/s acknowledged, ${Math.round(100 * r.heldBack)} % held back by the devices, ${r.brokenConnections} connections broken`,
    `overload  memory ${Math.min(...r.megabytes)} to ${Math.max(...r.megabytes)} MB, last third over first third ${r.memoryGrowth}; of ${r.acknowledged} acknowledged messages ${r.lost} are not in the journal`,
  ].join('\n');
}

function sayOutage(r: OutageResult): string {
  return [
    `outage    InfluxDB away for ${r.outageSeconds} s at ${r.messagesPerSecond} frames/s: ${r.backlog} entries waited (${r.bytesPerEntry} bytes each); then ${r.catchUpPerSecond} frames/s reached it: ratio to arrival ${r.catchUpRatio}, all there after ${r.catchUpSeconds} s`,
    `outage    publish to alarm with InfluxDB there p50 ${r.alarmMs.there.p50} ms, p99 ${r.alarmMs.there.p99} ms; away p50 ${r.alarmMs.away.p50} ms, p99 ${r.alarmMs.away.p99} ms: ratio of the medians ${r.alarmMs.ratio}; of ${r.acknowledged} acknowledged frames ${r.gap} are missing, ${r.duplicates} are there twice`,
  ].join('\n');
}

function sayConnections(r: ConnectionsResult): string {
  const told = ([name, m]: [string, ConnectionsResult['bareAedes']]) =>
    `connections  ${name}: ${r.connections} up in ${m.connectSeconds} s, ${m.megabytes} MB in all, ${m.kilobytesPerConnection} kB a connection; PUBACK p99 ${m.pubackP99Ms} ms at ${r.messagesPerSecond}/s; all back ${m.reconnectSeconds} s after being cut, ${m.unacknowledged} messages without acknowledgement`;
  return [
    ...(
      [
        ['bare Aedes', r.bareAedes],
        ['Tocsin', r.tocsin],
      ] as const
    ).map(([name, m]) => told([name, m])),
    `connections  ${r.processes} processes each; memory of a connection: ratio ${r.memoryRatio}; of ${r.tocsin.acknowledged} acknowledged messages ${r.tocsin.acknowledgedButNotInJournal} are not in the journal`,
  ].join('\n');
}

function sayTelemetry(r: TelemetryResult): string {
  const beside = (m: { packed: number; rows: number; ratio: number }) =>
    `${m.packed}, rows ${m.rows}: ratio ${m.ratio}`;
  return [
    `telemetry readings/s loaded and packed ${beside(r.perSecond)}; written alone ${r.writtenPerSecond}/s`,
    `telemetry bytes a reading, with roll-ups ${beside(r.bytesPerReading)}`,
    `telemetry 24 h of a device, 5 channels, steps of 5 min, ms ${beside(r.dayInFiveMinutesMs)}; not packed yet ${r.freshDayMs}`,
    `telemetry the same, every reading, ms ${beside(r.dayInReadingsMs)}`,
  ].join('\n');
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    count: { type: 'string', default: '5000' },
    minutes: { type: 'string', default: '0.5' },
    rate: { type: 'string', default: '5000' },
    series: { type: 'string', default: '100000' },
    score: { type: 'string' },
    streams: { type: 'string' },
  },
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
