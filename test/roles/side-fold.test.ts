import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compare, type Scope } from '../../src/alarms/corrections.ts';
import { recordEffects } from '../../src/alarms/ledger.ts';
import { recordedSince } from '../../src/alarms/recorded.ts';
import { decode } from '../../src/devices/decode.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import { entryTime } from '../../src/journal/entry-time.ts';
import type { StoredEntry } from '../../src/journal/port.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { mergeState } from '../../src/roles/replay/merge-state.ts';
import type { Plan } from '../../src/roles/replay/plan.ts';
import { SideFold } from '../../src/roles/replay/side-fold.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { warmUpMs } from '../../src/rules/warm-up.ts';
import type { Store } from '../../src/store/open.ts';
import { tempStore } from '../store/temp-store.ts';
import { timelineEntries } from '../timelines/timeline.ts';

const folder = new URL('../timelines/', import.meta.url);
/** Those of no more than a day: longer ones have nothing that these lack, and a hundred thousand ticks. */
const mostEntries = 20_000;
const names = globSync('*.ledger.ndjson', { cwd: folder })
  .map((file) => file.replace('.ledger.ndjson', ''))
  .filter((name) => {
    const timeline = timelineEntries(new URL(`${name}.ndjson`, folder));
    return timeline !== null && timeline.entries.length <= mostEntries;
  });
const { types: deviceTypes } = loadDeviceTypes('devices');
const compiled = new Map([...deviceTypes.values()].map((type) => [type.id, compileType(type)]));
const limits = { maxFutureMs: 300_000, maxAgeMs: 1e15 };
const minute = 60_000;
/** Some four hours, of a tick each five seconds. */
const longEntries = 3_000;

function deviceOf(type: string): Device {
  return { id: 'd1', type, name: 'd1', latitude: 30, longitude: 104, gridId: 'g1', state: 'active' };
}

/** What the live engine does with an entry. */
function live(fold: Fold, device: Device, type: DeviceType, { entry }: StoredEntry): AlarmEffect[] {
  const effects: AlarmEffect[] = [];
  if (entry.kind === 'tick') fold.tick(entry.at, [device], effects);
  else if (entry.kind === 'frame')
    for (const sample of decode(type, entry.frame, limits).samples) fold.sample(device, sample, effects);
  return effects;
}

async function record(store: Store, effects: AlarmEffect[]): Promise<void> {
  await store
    .transaction()
    .execute((tx) => recordEffects(tx, effects, { deviceById: () => undefined, callWithinMs: 900_000 }));
}

function planFrom(device: Device, fromAt: number): Plan {
  const startAt = fromAt - warmUpMs(compiled.get(device.type)!);
  const judged = new Map([[device.id, { device, startAt, since: fromAt }]]);
  return { devices: new Map([[device.id, device]]), judged, startAt, since: fromAt };
}

const scopeOf = (plan: Plan, type: string): Scope => ({
  since: (id) => plan.judged.get(id)?.since ?? null,
  judges: (rule) => !compiled.get(type)!.rules.some(({ id, usesBaseline }) => id === rule && usesBaseline),
  goesByTicks: (rule) => compiled.get(type)!.silence.some(({ id }) => id === rule),
});

async function again(store: Store, plan: Plan, entries: readonly StoredEntry[]): Promise<SideFold> {
  const recorded = await recordedSince(store, ['d1'], plan.startAt);
  const rulesOf = rulesByType(compiled);
  const rules = { rulesOf, asOf: () => rulesOf, of: () => rulesOf };
  const options = { plan, rules, deviceTypes, limits, maxFutureMs: limits.maxFutureMs, recorded };
  const side = new SideFold({ ...options, quarantined: new Map() });
  // As much of the journal as has the beginning, which is not before what the timeline has.
  side.take(entries.filter(({ entry }) => entryTime(entry) >= plan.startAt));
  return side;
}

test.each(names.sort())('%s: judged again from any moment on, nothing is corrected', async (name) => {
  const { store } = await tempStore();
  const { type: typeId, entries } = timelineEntries(new URL(`${name}.ndjson`, folder))!;
  const type = deviceTypes.get(typeId)!;
  const device = deviceOf(typeId);
  const fold = new Fold(rulesByType(compiled));
  await record(
    store,
    entries.flatMap((entry) => live(fold, device, type, entry)),
  );
  const first = entryTime(entries[0]!.entry);
  const last = entryTime(entries.at(-1)!.entry);
  // Every seven minutes; of timelines of many hours, some moments.
  const step = Math.max(
    7 * minute,
    Math.ceil((last - first) / (entries.length > longEntries ? 5 : 17) / minute) * minute,
  );
  for (let from = first + 1; from < last; from += step) {
    const wanted = planFrom(device, from);
    // Before the timeline there was nothing, and that is known.
    const side = await again(store, wanted, entries);
    const { corrections } = compare(
      await recordedSince(store, ['d1'], wanted.startAt),
      side.episodes.values(),
      scopeOf(wanted, typeId),
    );
    expect(corrections, new Date(from).toISOString()).toEqual([]);
  }
});

test.each(names.sort())('%s: what comes after is judged as if nothing had been done', async (name) => {
  const { type: typeId, entries } = timelineEntries(new URL(`${name}.ndjson`, folder))!;
  const type = deviceTypes.get(typeId)!;
  const device = deviceOf(typeId);
  const uninterrupted = new Fold(rulesByType(compiled));
  const expected = entries.flatMap((entry) => live(uninterrupted, device, type, entry));

  const quarter = Math.ceil(entries.length / (entries.length > longEntries ? 3 : 5));
  for (let cut = quarter; cut < entries.length; cut += quarter) {
    const { store } = await tempStore();
    const fold = new Fold(rulesByType(compiled));
    const effects = entries.slice(0, cut).flatMap((entry) => live(fold, device, type, entry));
    await record(store, effects);
    const plan = planFrom(device, entryTime(entries[cut - 1]!.entry) - 20 * minute);
    const side = await again(store, plan, entries.slice(0, cut));
    const { known } = compare(
      await recordedSince(store, ['d1'], plan.startAt),
      side.episodes.values(),
      scopeOf(plan, typeId),
    );
    const state = side.stateFor(device, fold.listenedMs)!;
    fold.replaceState(device, mergeState(state, fold.stateOf(device)!, compiled.get(typeId)!, known));
    effects.push(...entries.slice(cut).flatMap((entry) => live(fold, device, type, entry)));
    expect(effects, `cut at ${cut}`).toEqual(expected);
  }
});
