import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Channel } from '../../src/model/channel.ts';
import type { Device } from '../../src/model/device.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import type { Rule, RuleLevel } from '../../src/model/rule.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';

const minute = 60_000;
const text = { zh: '试', en: 'test' };

export interface RuleUnderTest
  extends Partial<Pick<Rule, 'minActiveMs' | 'stepDownAfterMs' | 'rearm' | 'silentUsualPeriods'>> {
  name: string;
  levels?: (Partial<RuleLevel> & Pick<RuleLevel, 'severity' | 'when'>)[];
  silentForMs?: number;
  maxGapMs?: number;
  onGap?: Rule['onGap'];
}

/** A device type for tests; a channel is given by its unit, or as `switch`. */
export function deviceType(options: {
  channels: Record<string, string>;
  baseline?: string[];
  rules: RuleUnderTest[];
}): DeviceType {
  const channels: Channel[] = Object.entries(options.channels).map(([name, unit]) => ({
    name,
    label: text,
    unit: unit === 'switch' || unit === 'button' ? '1' : unit,
    kind: unit === 'switch' || unit === 'button' ? 'switch' : 'number',
    momentary: unit === 'button',
    // Rain is told by the millimetre, and there is never less than none.
    min: unit === 'mm' ? 0 : -1000,
    max: 1000,
    baseline: options.baseline?.includes(name) ?? false,
  }));
  const rules: Rule[] = options.rules.map((rule) => ({
    ...rule,
    id: `test-type/${rule.name}`,
    deviceType: 'test-type',
    name: text,
    advice: text,
    source: text,
    severity: rule.levels?.at(-1)?.severity ?? 'yellow',
    levels: (rule.levels ?? []).map((level) => ({ forMs: 0, clear: null, clearForMs: 0, ...level })),
    silentForMs: rule.silentForMs ?? null,
    maxGapMs: rule.maxGapMs ?? 180_000,
    onGap: rule.onGap ?? 'restart',
  }));
  return {
    id: 'test-type',
    name: text,
    periodMs: 60_000,
    channels,
    channelByName: new Map(channels.map((c) => [c.name, c])),
    commands: [],
    rules,
  };
}

export const testDevice: Device = {
  id: 'd1',
  type: 'test-type',
  name: 'd1',
  latitude: 30,
  longitude: 104,
  gridId: 'g1',
  state: 'active',
};

export function foldOf(type: DeviceType): Fold {
  return new Fold(rulesByType(new Map([[type.id, compileType(type)]])));
}

/** The effects of samples of one device, received as they were measured. */
export function judgeAll(type: DeviceType, samples: { at: number; values: Record<string, number> }[]): AlarmEffect[] {
  const fold = foldOf(type);
  const effects: AlarmEffect[] = [];
  for (const { at, values } of samples)
    fold.sample(testDevice, { deviceId: testDevice.id, measuredAt: at, receivedAt: at, values }, effects);
  return effects;
}

/** What a checkpoint of the fold would write, as it is read back. */
export function checkpointOf(fold: Fold): { key: string; state: unknown }[] {
  const parts = [fold.clock, ...[...fold.takeTouched()].flatMap((id) => fold.partsOf(id))];
  return JSON.parse(JSON.stringify(parts)) as typeof parts;
}

/** Alarms of several devices, in the order in which they were told: `4 b raised`, minutes being measured time. */
export function storyOf(fold: Fold, devices: readonly Device[], rows: readonly Row[]): string[] {
  const effects: AlarmEffect[] = [];
  fold.tick(0, devices, effects);
  for (const [at, id, values] of rows) {
    const sample = { deviceId: id, measuredAt: at * minute, receivedAt: at * minute, values };
    fold.sample(devices.find((one) => one.id === id)!, sample, effects);
  }
  const about = new Map<string, string>();
  return effects.flatMap((effect) => {
    if (effect.kind === 'raised') about.set(effect.alarmId, effect.deviceId);
    if (effect.kind !== 'raised' && effect.kind !== 'cleared') return [];
    return [`${effect.at / minute} ${about.get(effect.alarmId)} ${effect.kind}`];
  });
}

/** A sample of a device: minute, device, values. */
export type Row = [at: number, id: string, values: Record<string, number>];

/** What became of the alarms of one device, without ids: `raised red 5`, minutes being measured time. */
export function story(effects: readonly AlarmEffect[]): string[] {
  return effects
    .filter((e) => e.kind !== 'continued')
    .map((e) => [e.kind, 'severity' in e ? e.severity : '', e.at / minute].filter((part) => part !== '').join(' '));
}
