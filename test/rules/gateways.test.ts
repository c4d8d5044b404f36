import { expect, test } from 'vitest';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import { emptySite } from '../../src/model/site.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';
import { checkpointOf, deviceType, testDevice } from './support.ts';

const minute = 60_000;
const start = Date.parse('2026-06-01T00:00:00Z');

const gateType = (silentForMs: number) => ({
  ...deviceType({ channels: { temperature: '°C' }, rules: [{ name: 'gateway-silent', silentForMs }] }),
  id: 'gateway',
});
const gaugeType = deviceType({ channels: { level: 'cm' }, rules: [{ name: 'silent', silentForMs: 10 * minute }] });
const site = { ...emptySite, gateways: new Map([['gate', ['a', 'b', 'c']]]) };
const gate: Device = { ...testDevice, id: 'gate', type: 'gateway' };
// The gateway comes last, as it may in a registry.
const devices: Device[] = [...['a', 'b', 'c', 'alone'].map((id) => ({ ...testDevice, id })), gate];

function newFold(silentForMs: number): Fold {
  const places = new Places('Asia/Shanghai', site);
  const types = [gateType(silentForMs), gaugeType].map((type) => [type.id, compileType(type)] as const);
  return new Fold(rulesByType(new Map(types)), Number.POSITIVE_INFINITY, (device) => places.around(device));
}

/** Who reports in which minutes. */
type Plan = Record<string, (minute: number) => boolean>;

/** A moment of the plan, five seconds after the one before: time passes, and at each full minute devices report. */
function pass(fold: Fold, plan: Plan, moment: number, effects: AlarmEffect[], isKept = (_: string) => false): void {
  const at = start + moment * 5_000;
  fold.tick(at, devices, effects);
  if (moment % 12 !== 0) return;
  for (const device of devices) {
    if (!plan[device.id]?.(moment / 12)) continue;
    const values: Record<string, number> = device.type === 'gateway' ? { temperature: 30 } : { level: 1 };
    const samples = [{ deviceId: device.id, measuredAt: at, receivedAt: at, values }];
    if (isKept(device.id)) fold.samplesAgain(device, samples, effects);
    else fold.samples(device, samples, effects);
  }
}

function restored(parts: readonly { key: string; state: unknown }[], silentForMs = 3 * minute): Fold {
  const fold = newFold(silentForMs);
  for (const { key, state } of parts) fold.restore(key, state);
  return fold;
}

/** What is told while every device reports as planned; the fold begins anew after some minutes, before the next tick. */
function told(plan: Plan, untilMinute: number, restarts: readonly number[] = [], silentForMs = 3 * minute): string[] {
  let fold = newFold(silentForMs);
  const effects: AlarmEffect[] = [];
  for (let moment = 0; moment <= untilMinute * 12; moment++) {
    if (restarts.includes(moment / 12)) fold = restored(checkpointOf(fold), silentForMs);
    pass(fold, plan, moment, effects);
  }
  return said(effects);
}

/** The same with a restart from parts of which the first was kept at a minute, and each further one so much later. */
function toldApart(plan: Plan, untilMinute: number, from: number, apartMinutes: number): string[] {
  const first = newFold(3 * minute);
  const effects: AlarmEffect[] = [];
  const parts: { key: string; state: unknown }[] = [];
  const keptAt = new Map(devices.map(({ id }, i) => [id, (from + i * apartMinutes) * 12]));
  const diesAt = (from + devices.length * apartMinutes) * 12;
  for (let moment = 0; moment < diesAt; moment++) {
    if (moment === from * 12) parts.push(first.clock);
    for (const [id, at] of keptAt) if (at === moment) parts.push(...first.partsOf(id));
    pass(first, plan, moment, effects);
  }
  const again = restored(JSON.parse(JSON.stringify(parts)) as typeof parts);
  for (let moment = from * 12; moment <= untilMinute * 12; moment++) {
    const isKept = (id: string) => moment < keptAt.get(id)!;
    again.isKept = isKept;
    // What was told before the end is in the ledger already.
    pass(again, plan, moment, moment < diesAt ? [] : effects, isKept);
  }
  return said(effects);
}

function said(effects: readonly AlarmEffect[]): string[] {
  const whose = new Map<string, string>();
  return effects.map((effect) => {
    if (effect.kind === 'rejudged') throw new Error('nothing was late');
    if (effect.kind === 'raised') whose.set(effect.alarmId, effect.deviceId);
    return `${whose.get(effect.alarmId)} ${effect.kind} ${Math.floor((effect.at - start) / minute)}`;
  });
}

const always = () => true;
const until = (last: number) => (at: number) => at <= last;
const not = (from: number, to: number) => (at: number) => at < from || at >= to;

test('one alarm is told when nothing comes through a gateway any more, and none of those behind it', () => {
  expect(told({ a: until(20), b: until(20), c: until(20), alone: always }, 60)).toEqual(['gate raised 23']);
});

test('also where those behind it would be silent sooner by themselves', () => {
  const fallen = { a: until(18), b: until(19), c: until(20), alone: always };
  expect(told(fallen, 60, [], 15 * minute)).toEqual(['gate raised 35']);
});

test('it is heard through any of them, and by what it says itself', () => {
  expect(told({ a: always, alone: always }, 9)).toEqual([]);
  expect(told({ gate: always, alone: always }, 9)).toEqual([]);
});

test('a device that falls silent while others come through is told by itself', () => {
  expect(told({ a: until(20), b: always, c: always, alone: always }, 60)).toEqual(['a raised 30']);
});

test('when it is back those behind it have all their time again, and whoever does not come then is told', () => {
  const away = { a: not(20, 50), b: not(20, 50), c: until(19), alone: always };
  expect(told(away, 70)).toEqual(['gate raised 22', 'gate cleared 50', 'c raised 60']);
});

test('what it says itself sets those behind it free as well', () => {
  const away = { a: until(19), b: until(19), c: until(19), gate: not(5, 50), alone: always };
  expect(told(away, 61)).toEqual(['gate raised 22', 'gate cleared 50', 'a raised 60', 'b raised 60', 'c raised 60']);
});

test('a restart at any moment changes nothing', () => {
  const away = { a: not(20, 50), b: not(20, 50), c: until(19), alone: always };
  const whole = told(away, 70);
  for (let restart = 1; restart < 70; restart++)
    expect(told(away, 70, [restart]), `after ${restart} min`).toEqual(whole);
});

test('a restart from states that were kept at different moments changes nothing', () => {
  const away = { a: not(20, 50), b: not(20, 50), c: until(19), gate: not(5, 49), alone: always };
  const whole = told(away, 70);
  for (let from = 1; from < 55; from += 2)
    for (const apart of [1, 3])
      expect(toldApart(away, 70, from, apart), `${apart} min after ${from} min`).toEqual(whole);
});
