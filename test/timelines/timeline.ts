import { readFileSync } from 'node:fs';
import type { Entry, StoredEntry } from '../../src/journal/port.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { emptySite, type Limit } from '../../src/model/site.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { parseDuration } from '../../src/shared/duration.ts';

/**
 * A timeline: what one device sent, and when. One JSON object a line:
 *   {"type":"flood-gauge","about":"…"}                                          first line; with `limits` of the site
 *   {"at":"08:00","values":{"level":3}}                                         one sample
 *   {"at":"08:00","until":"09:00","every":"1 min","values":{"level":[0,30]}}    a series; [a,b] goes evenly from a to b
 *   {"listen":"10:30"}                                                          nothing comes, time passes until then
 * Times are of 1 June 2026 in UTC+8, `1+08:00` is the day after.
 */
type Line =
  | { type: string; about: string; limits?: Record<string, Limit> }
  | { at: string; until?: string; every?: string; values: Record<string, number | [number, number]> }
  | { listen: string };

/** A line of the ledger: what the rules must say, in order; `continued` is left out. */
export interface LedgerLine {
  at: string;
  kind: string;
  rule?: string;
  severity?: string;
}

const midnight = Date.parse('2026-06-01T00:00:00+08:00');
const dayMs = 86_400_000;
const tickMs = 5_000;

function timeOf(text: string): number {
  const [clock, days] = text.split('+').reverse() as [string, string | undefined];
  const [h, m, s] = clock.split(':').map(Number) as [number, number, number | undefined];
  return midnight + Number(days ?? 0) * dayMs + ((h * 60 + m) * 60 + (s ?? 0)) * 1000;
}

function textOf(at: number): string {
  const days = Math.floor((at - midnight) / dayMs);
  const clock = new Date(at + 8 * 3_600_000).toISOString().slice(11, 19).replace(/:00$/, '');
  return days === 0 ? clock : `${days}+${clock}`;
}

export function readLines<T>(file: URL): T[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

interface Step {
  at: number;
  values?: Record<string, number>;
}

function stepsOf(lines: Line[]): Step[] {
  return lines.flatMap((line): Step[] => {
    if ('type' in line) return [];
    if ('listen' in line) return [{ at: timeOf(line.listen) }];
    const from = timeOf(line.at);
    const until = line.until ? timeOf(line.until) : from;
    const every = parseDuration(line.every ?? '1 min')!;
    const steps: Step[] = [];
    for (let at = from; at <= until; at += every) {
      const share = until === from ? 0 : (at - from) / (until - from);
      const values = Object.entries(line.values).map(([channel, value]) => [
        channel,
        Array.isArray(value) ? value[0] + (value[1] - value[0]) * share : value,
      ]);
      steps.push({ at, values: Object.fromEntries(values) });
    }
    return steps;
  });
}

/** Runs a timeline through the fold with the default rules of its device type, ticks included. */
export function runTimeline(file: URL, types: ReadonlyMap<string, DeviceType>): LedgerLine[] {
  const lines = readLines<Line>(file);
  const head = lines[0] as { type: string; limits?: Record<string, Limit> };
  const type = types.get(head.type)!;
  const limits = new Map([['d1', new Map(Object.entries(head.limits ?? {}))]]);
  const places = new Places('Asia/Shanghai', { ...emptySite, limits });
  const device: Device = {
    id: 'd1',
    type: type.id,
    name: 'd1',
    latitude: 30,
    longitude: 104,
    gridId: 'g1',
    state: 'active',
  };
  const rulesOf = rulesByType(new Map([[type.id, compileType(type)]]));
  const fold = new Fold(rulesOf, undefined, (one) => places.around(one));
  const effects: AlarmEffect[] = [];
  const steps = stepsOf(lines);
  let now = steps[0]!.at;
  fold.tick(now, [device], effects);
  for (const { at, values } of steps) {
    for (; now + tickMs <= at; now += tickMs) fold.tick(now + tickMs, [device], effects);
    if (values) fold.sample(device, { deviceId: 'd1', measuredAt: at, receivedAt: at, values }, effects);
  }
  return ledgerOf(effects);
}

/** The same timeline as the journal would hold it: frames of device `d1`, and the ticks between them. */
export function timelineEntries(file: URL): { type: string; entries: StoredEntry[] } {
  const lines = readLines<Line>(file);
  const entries: StoredEntry[] = [];
  const add = (entry: Entry) => entries.push({ offset: entries.length, entry });
  const steps = stepsOf(lines);
  let now = steps[0]!.at;
  add({ kind: 'tick', at: now });
  for (const { at, values } of steps) {
    for (; now + tickMs <= at; now += tickMs) add({ kind: 'tick', at: now + tickMs });
    if (!values) continue;
    const payload = Buffer.from(JSON.stringify({ time: at, ...values }));
    add({ kind: 'frame', frame: { deviceId: 'd1', topic: 'tocsin/v1/d1/up', via: 'mqtt', receivedAt: at, payload } });
  }
  return { type: (lines[0] as { type: string }).type, entries };
}

function ledgerOf(effects: AlarmEffect[]): LedgerLine[] {
  const ruleOf = new Map<string, string>();
  return effects.flatMap((effect): LedgerLine[] => {
    if (effect.kind === 'continued' || effect.kind === 'rejudged') return [];
    if (effect.kind === 'raised') ruleOf.set(effect.alarmId, effect.ruleId.split('/')[1]!);
    const line = { at: textOf(effect.at), kind: effect.kind, rule: ruleOf.get(effect.alarmId)! };
    return [effect.kind === 'cleared' ? line : { ...line, severity: effect.severity }];
  });
}
