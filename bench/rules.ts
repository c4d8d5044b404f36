import { loadDeviceTypes } from '../src/devices/registry.ts';
import type { AlarmEffect } from '../src/model/alarm.ts';
import type { Device } from '../src/model/device.ts';
import type { Sample } from '../src/model/sample.ts';
import { compileType } from '../src/rules/compile.ts';
import { Fold } from '../src/rules/fold.ts';
import { rulesByType } from '../src/rules/rules-of.ts';
import { round } from './statistics.ts';

const deviceCount = 1_000;
const seconds = 5;

export interface RulesResult {
  readingsPerSecond: number;
  rulesPerDevice: number;
  /** The same loop with a fold that does nothing: what making the samples costs. */
  referencePerSecond: number;
  ratio: number;
}

/** Readings a second through the rule fold alone, one thread, with the default rules of the flood gauge. */
export function benchRules(): RulesResult {
  const { types } = loadDeviceTypes('devices');
  const type = types.get('flood-gauge')!;
  const compiled = compileType(type);
  const devices = Array.from(
    { length: deviceCount },
    (_, i): Device => ({
      id: `g${i}`,
      type: type.id,
      name: '',
      latitude: 30,
      longitude: 104,
      gridId: 'g',
      state: 'active',
    }),
  );
  const fold = new Fold(rulesByType(new Map([[type.id, compiled]])));
  const effects: AlarmEffect[] = [];
  const folded = perSecond(devices, (device, sample) => {
    fold.sample(device, sample, effects);
    effects.length = 0;
  });
  const reference = perSecond(devices, () => {});
  return {
    readingsPerSecond: round(folded),
    rulesPerDevice: compiled.rules.length + compiled.silence.length,
    referencePerSecond: round(reference),
    ratio: round(folded / reference, 3),
  };
}

function perSecond(devices: Device[], take: (device: Device, sample: Sample) => void): number {
  const began = performance.now();
  let readings = 0;
  for (let minute = 0; performance.now() - began < seconds * 1000; minute++) {
    const at = minute * 60_000;
    for (const [i, device] of devices.entries()) {
      const values = { level: 4 + Math.sin((minute + i) / 50), rain: 0, flow: 0.4, battery: 90 };
      take(device, { deviceId: device.id, measuredAt: at, receivedAt: at, values });
      readings += 4;
    }
  }
  return (readings * 1000) / (performance.now() - began);
}
