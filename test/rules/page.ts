import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { readRuleText } from '../../src/devices/rule-file.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import type { Rule } from '../../src/model/rule.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { parseDuration } from '../../src/shared/duration.ts';

/** Reads the examples of docs/rules.md and runs them. */

const page = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
const midnight = Date.parse('2026-06-01T00:00:00+08:00');
const tickMs = 5_000;

export interface Example {
  /** Line of the page. */
  line: number;
  /** `yaml`, `timeline`, `conditions` … */
  kind: string;
  /** The device type behind it. */
  type: string;
  text: string;
}

/** The blocks of the page, in their order. */
export function examples(): Example[] {
  return [...page.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: kind, 2: type, 3: text }) => ({
    line: page.slice(0, index).split('\n').length,
    kind: kind!,
    type: type!,
    text: text!,
  }));
}

/** The device types that the page makes, as their folders would have them. */
export function pageTypes(blocks: readonly Example[]): Map<string, DeviceType> {
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-page-test-'));
  for (const { kind, type, text } of blocks) {
    if (kind !== 'device') continue;
    mkdirSync(join(dir, type));
    writeFileSync(join(dir, type, 'device.yaml'), text);
  }
  const { types, problems } = loadDeviceTypes(dir);
  rmSync(dir, { recursive: true });
  if (problems[0]) throw new Error(problems[0].message);
  return new Map(types);
}

const both = { zh: '例', en: 'example' };

/** The rules of a block, filled up with what is not the point of the example. */
export function rulesOf({ text, type }: Example, { periodMs }: DeviceType): Rule[] {
  return (parse(text) as Record<string, unknown>[]).map((rule) =>
    readRuleText(stringify({ name: both, advice: both, source: both, ...rule }), type, periodMs),
  );
}

export interface Step {
  at: number;
  values: Record<string, number>;
}

/** What a timeline says that is measured, and what must be said about it: `10:12 raised yellow`, in their order. */
export function readTimeline({ text }: Example): { steps: Step[]; expected: string[] } {
  const steps: Step[] = [];
  const expected: string[] = [];
  for (const line of text.split('\n')) {
    const [measured = '', said] = line.split('#');
    const match = /^(\S+?)(?:\.\.(\S+) every (\d+ \w+))?\s{2,}(.+)$/.exec(measured.trimEnd());
    if (!match) {
      if (measured.trim() !== '') throw new Error(`"${line}" is no line of a timeline`);
      continue;
    }
    const [, from, until, every, values] = match;
    const [first, last] = [timeOf(from!), timeOf(until ?? from!)];
    for (let at = first; at <= last; at += parseDuration(every ?? '1 min')!)
      steps.push({ at, values: valuesAt(values!, last === first ? 0 : (at - first) / (last - first)) });
    for (const event of said === undefined || said.trim() === 'none' ? [] : said.split(',')) {
      const [, what, time] = /^\s*(raised \w+|severity \w+|cleared)(?: (\d+:\S+))?\s*$/.exec(event)!;
      expected.push(`${shown(time ? timeOf(time) : first)} ${what}`);
    }
  }
  return { steps, expected };
}

function valuesAt(text: string, share: number): Record<string, number> {
  const pairs = text.split(',').map((pair) => {
    const [channel, value] = pair.trim().split(/\s+/) as [string, string];
    const [from, to] = value.split('..').map(Number) as [number, number?];
    return [channel, to === undefined ? from : from + (to - from) * share] as const;
  });
  return Object.fromEntries(pairs);
}

function timeOf(clock: string): number {
  const [h, m, s = 0] = clock.split(':').map(Number) as [number, number, number?];
  return midnight + ((h * 60 + m) * 60 + s) * 1000;
}

function shown(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(11, 19).replace(/:00$/, '');
}

/** Judges a timeline by rules, ticks included, and tells what was said as a timeline tells it. */
export function judged(type: DeviceType, rules: Rule[], steps: Step[]): string[] {
  const compiled = compileType({ ...type, rules });
  if (compiled.problems[0]) throw compiled.problems[0];
  const places = new Places();
  const fold = new Fold(rulesByType(new Map([[type.id, compiled]])), undefined, (one) => places.around(one));
  const device: Device = {
    id: 'd1',
    type: type.id,
    name: 'd1',
    latitude: 30,
    longitude: 104,
    gridId: 'g1',
    state: 'active',
  };
  const devices = [device];
  const effects: AlarmEffect[] = [];
  let now = steps[0]!.at - tickMs;
  for (const { at, values } of steps) {
    for (; now + tickMs <= at; now += tickMs) fold.tick(now + tickMs, devices, effects);
    fold.sample(device, { deviceId: device.id, measuredAt: at, receivedAt: at, values }, effects);
  }
  return effects.flatMap((effect) => {
    if (effect.kind === 'cleared') return [`${shown(effect.at)} cleared`];
    if (effect.kind === 'raised' || effect.kind === 'severity')
      return [`${shown(effect.at)} ${effect.kind} ${effect.severity}`];
    return [];
  });
}
