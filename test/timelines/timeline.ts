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
 * With `"neighbours":{"d2":300}` in the first line there are other devices of its type, so many metres to the north;
 * `"of":["d2"]` says whose samples a line has. `"course":["d2","d1"]` is the order in which water comes by them.
 */
interface Head {
  type: string;
  about: string;
  limits?: Record<string, Limit>;
  neighbours?: Record<string, number>;
  course?: string[];
}

type Line =
  | Head
  | { of?: string[]; at: string; until?: string; every?: string; values: Record<string, number | [number, number]> }
  | { listen: string };

/** A line of the ledger: what the rules must say, in order; `continued` is left out. */
export interface LedgerLine {
  at: string;
  kind: string;
  /** Other than the one that the timeline is about. */
  device?: string;
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
  of: readonly string[];
  at: number;
  values?: Record<string, number>;
}

function stepsOf(lines: Line[]): Step[] {
  const steps = lines.flatMap((line): Step[] => {
    if ('type' in line) return [];
    if ('listen' in line) return [{ of: [], at: timeOf(line.listen) }];
    const { of = ['d1'] } = line;
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
      steps.push({ of, at, values: Object.fromEntries(values) });
    }
    return steps;
  });
  // Lines of several devices are of the same time; of one moment the first line comes first.
  return (lines[0] as Head).neighbours ? steps.sort((a, b) => a.at - b.at) : steps;
}

/** Runs a timeline through the fold with the default rules of its device type, ticks included. */
export function runTimeline(file: URL, types: ReadonlyMap<string, DeviceType>): LedgerLine[] {
  const lines = readLines<Line>(file);
  const head = lines[0] as Head;
  const type = types.get(head.type)!;
  const limits = new Map([['d1', new Map(Object.entries(head.limits ?? {}))]]);
  const course = head.course ?? [];
  const drainage = new Map(course.map((id, i) => [id, new Set(course.slice(i + 1, i + 2))]));
  const places = new Places('Asia/Shanghai', { ...emptySite, limits, drainage });
  const devices = Object.entries({ d1: 0, ...head.neighbours }).map(
    ([id, north]): Device => ({
      id,
      type: type.id,
      name: id,
      latitude: 30 + north / 111_195,
      longitude: 104,
      gridId: 'g1',
      state: 'active',
    }),
  );
  const rulesOf = rulesByType(new Map([[type.id, compileType(type)]]));
  const fold = new Fold(rulesOf, undefined, (one) => places.around(one));
  const effects: AlarmEffect[] = [];
  const steps = stepsOf(lines);
  let now = steps[0]!.at;
  fold.tick(now, devices, effects);
  for (const { of, at, values } of steps) {
    for (; now + tickMs <= at; now += tickMs) fold.tick(now + tickMs, devices, effects);
    for (const device of devices)
      if (values && of.includes(device.id))
        fold.sample(device, { deviceId: device.id, measuredAt: at, receivedAt: at, values }, effects);
  }
  return ledgerOf(effects);
}

/** The same timeline as the journal would hold it: frames of device `d1`, and the ticks between them; null where there are others. */
export function timelineEntries(file: URL): { type: string; entries: StoredEntry[] } | null {
  const lines = readLines<Line>(file);
  if ((lines[0] as Head).neighbours) return null;
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
  return { type: (lines[0] as Head).type, entries };
}

function ledgerOf(effects: AlarmEffect[]): LedgerLine[] {
  const about = new Map<string, { device?: string; rule: string }>();
  return effects.flatMap((effect): LedgerLine[] => {
    if (effect.kind === 'continued' || effect.kind === 'rejudged') return [];
    if (effect.kind === 'raised') {
      const rule = effect.ruleId.split('/')[1]!;
      about.set(effect.alarmId, effect.deviceId === 'd1' ? { rule } : { device: effect.deviceId, rule });
    }
    const line = { at: textOf(effect.at), kind: effect.kind, ...about.get(effect.alarmId)! };
    return [effect.kind === 'cleared' ? line : { ...line, severity: effect.severity }];
  });
}
