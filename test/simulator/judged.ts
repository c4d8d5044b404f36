import { join } from 'node:path';
import { loadBehaviours } from '../../simulator/behaviour.ts';
import { DeviceRun, type Report } from '../../simulator/device-run.ts';
import { placeIncidents } from '../../simulator/incident.ts';
import { batches, payloadOf } from '../../simulator/payload.ts';
import { loadScenario } from '../../simulator/scenario.ts';
import { SimulatedDevice } from '../../simulator/simulated-device.ts';
import { buildTown } from '../../simulator/town.ts';
import { decode } from '../../src/devices/decode.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import { type Severity, severityRank } from '../../src/model/severity.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { Places } from '../../src/rules/site/places.ts';

const devicesDir = join(import.meta.dirname, '../../devices');
const { types } = loadDeviceTypes(devicesDir);
const behaviours = loadBehaviours(devicesDir);
const limits = { maxFutureMs: 300_000, maxAgeMs: 30 * 86_400_000 };
const minute = 60_000;
export const hour = 60 * minute;

/**
 * What the shipped rules say about a scenario in the town: 26 hours of past as the fleet uploads it, then the scenario,
 * all through the decoder and the rule fold, in measured time.
 */
export function judge(name: string, startedAt: number, lastsMs: number, devices = 200, seed = 1) {
  const town = buildTown(devices, seed);
  const incidents = placeIncidents(loadScenario(name), town, startedAt);
  const places = new Places();
  places.setAreas(town.areas);
  const rulesOf = rulesByType(new Map([...types].map(([id, type]) => [id, compileType(type)])));
  const fold = new Fold(rulesOf, undefined, (device) => places.around(device));
  const effects: AlarmEffect[] = [];
  const problems: string[] = [];
  let samples = 0;
  const sent: { device: Device; batch: readonly Report[] }[] = [];
  for (const place of town.devices) {
    const device: Device = { ...place, state: 'active' };
    const run = new DeviceRun(
      new SimulatedDevice(place.id, behaviours.get(place.type)!, place, seed),
      startedAt - 26 * hour,
      seed,
    );
    const send = (reports: Iterable<Report>) => {
      for (const batch of batches(reports)) sent.push({ device, batch });
    };
    send(run.sparse(startedAt - 40 * minute));
    run.meet(incidents.filter((incident) => incident.device.id === place.id));
    send(run.due(startedAt + lastsMs));
  }
  // All of the town side by side, as it comes in.
  const cameAt = ({ batch }: (typeof sent)[number]) => batch.at(-1)!.time;
  sent.sort((a, b) => cameAt(a) - cameAt(b));
  for (const { device, batch } of sent) {
    const payload = Buffer.from(payloadOf(batch));
    const receivedAt = batch.at(-1)!.time;
    const decoded = decode(types.get(device.type)!, { deviceId: device.id, payload, receivedAt }, limits);
    problems.push(...decoded.problems.map(({ reason }) => reason));
    samples += decoded.samples.length;
    for (const sample of decoded.samples) fold.sample(device, sample, effects);
  }
  const raised = effects.flatMap((effect) => (effect.kind === 'raised' ? [effect] : []));
  const peak = new Map<string, Severity>();
  for (const effect of effects) {
    if (effect.kind !== 'raised' && effect.kind !== 'severity') continue;
    const before = peak.get(effect.alarmId);
    if (!before || severityRank(effect.severity) > severityRank(before)) peak.set(effect.alarmId, effect.severity);
  }
  const cleared = effects.flatMap((effect) => (effect.kind === 'cleared' ? [effect.alarmId] : []));
  return { raised, peak, cleared, incidents, problems, samples };
}
