import { Gauge, Registry } from 'prom-client';
import { severityRank } from '../model/severity.ts';
import { systemAlarmCodes } from '../model/system-alarm.ts';
import type { SystemState } from './watch.ts';

/** What the watch sees, for Prometheus. */
export function watchMetrics(state: () => SystemState): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'tocsin_consumer_waiting',
    help: 'What waits for a consumer: entries of the journal for engine and telemetry, notifications for delivery.',
    labelNames: ['consumer'],
    registers,
    collect() {
      for (const { name, waiting } of state().consumers) this.set({ consumer: name }, waiting);
    },
  });
  new Gauge({
    name: 'tocsin_oldest_undelivered_seconds',
    help: 'Age of the oldest of what waits for a consumer; 0 when nothing does.',
    labelNames: ['consumer'],
    registers,
    collect() {
      for (const { name, oldestMs } of state().consumers) this.set({ consumer: name }, oldestMs / 1000);
    },
  });
  new Gauge({
    name: 'tocsin_system_trouble',
    help: 'What is wrong with Tocsin itself: 0 nothing, 1 blue, 2 yellow, 3 orange, 4 red.',
    labelNames: ['code'],
    registers,
    collect() {
      for (const code of systemAlarmCodes) this.set({ code }, 0);
      for (const { code, severity } of state().troubles) this.set({ code }, severityRank(severity) + 1);
    },
  });
  new Gauge({
    name: 'tocsin_canary_last_timestamp_seconds',
    help: 'When the last canary alarm came through, seconds since the epoch; 0 before the first.',
    registers,
    collect() {
      this.set((state().canary.lastAt ?? 0) / 1000);
    },
  });
  new Gauge({
    name: 'tocsin_canary_seconds',
    help: 'How long the last canary took to each station.',
    labelNames: ['stage'],
    registers,
    collect() {
      for (const [stage, ms] of Object.entries(state().canary.last ?? {})) this.set({ stage }, ms / 1000);
    },
  });
  return registry;
}
