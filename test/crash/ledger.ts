import { decode } from '../../src/devices/decode.ts';
import { loadDeviceTypes } from '../../src/devices/registry.ts';
import type { StoredEntry } from '../../src/journal/port.ts';
import { Progress } from '../../src/journal/progress.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { Severity } from '../../src/model/severity.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import { dataFiles } from '../../src/settings/data-files.ts';
import type { Store } from '../../src/store/open.ts';

/** Every entry of a stopped Tocsin's journal. `end` is the offset after the last. */
export async function readJournal(dataDir: string, end: number): Promise<StoredEntry[]> {
  const shared = Progress.allocate(1);
  new Progress(shared, 0).end = end;
  const reader = await openJournalReader({ dir: dataFiles({ dataDir }).journal, partition: 0, progress: shared });
  const entries: StoredEntry[] = [];
  while (entries.length < end) {
    const next = await reader.read(entries.length, 5_000, 100, AbortSignal.timeout(5_000));
    if (next.length === 0) throw new Error(`the journal ends at ${entries.length}, not at ${end}`);
    entries.push(...next);
  }
  await reader.close();
  return entries;
}

/** What the ledger must say about each alarm, in short: the same form for what was expected and what was stored. */
export interface AlarmStory {
  id: string;
  ruleId: string;
  deviceId: string;
  count: number;
  active: boolean;
  /** `raised red 1772323200000`, and so on. */
  changes: string[];
}

/** The ledger of a run over these entries that nothing ever interrupted. */
export function uninterruptedLedger(entries: readonly StoredEntry[], devices: readonly Device[]): AlarmStory[] {
  const { types } = loadDeviceTypes('devices');
  // As strict as a default installation.
  const limits = { maxFutureMs: 300_000, maxAgeMs: 30 * 86_400_000 };
  const fold = new Fold(
    rulesByType(new Map([...types].map(([id, type]) => [id, compileType(type)]))),
    limits.maxFutureMs,
  );
  const byId = new Map(devices.map((device) => [device.id, device]));
  const effects: AlarmEffect[] = [];
  for (const { entry } of entries) {
    if (entry.kind === 'tick') fold.tick(entry.at, devices, effects);
    if (entry.kind !== 'frame') continue;
    const device = byId.get(entry.frame.deviceId)!;
    for (const sample of decode(types.get(device.type)!, entry.frame, limits).samples)
      fold.sample(device, sample, effects);
  }
  const stories = new Map<string, AlarmStory>();
  const severities = new Map<string, Severity>();
  for (const effect of effects) {
    if (effect.kind === 'rejudged') throw new Error('samples of this test come in order');
    if (effect.kind === 'raised') {
      const { alarmId: id, ruleId, deviceId } = effect;
      stories.set(id, { id, ruleId, deviceId, count: 1, active: true, changes: [] });
    }
    const story = stories.get(effect.alarmId)!;
    if ('severity' in effect) severities.set(effect.alarmId, effect.severity);
    if (effect.kind === 'continued') story.count = effect.count;
    else story.changes.push(`${effect.kind} ${severities.get(effect.alarmId)} ${effect.at}`);
    if (effect.kind === 'cleared') story.active = false;
  }
  return sorted([...stories.values()]);
}

/** The ledger as it was stored. */
export async function storedLedger(store: Store): Promise<AlarmStory[]> {
  const alarms = await store.selectFrom('alarm').selectAll().execute();
  const changes = await store
    .selectFrom('alarmChange')
    .selectAll()
    .where('byPersonId', 'is', null)
    .orderBy('seq')
    .execute();
  return sorted(
    alarms.map(({ id, ruleId, deviceId, count, active }) => ({
      id,
      ruleId,
      deviceId,
      count,
      active: active === 1,
      changes: changes
        .filter((change) => change.alarmId === id)
        .map(({ kind, severity, at }) => `${kind} ${severity} ${at}`),
    })),
  );
}

function sorted(stories: AlarmStory[]): AlarmStory[] {
  return stories.sort((a, b) => a.id.localeCompare(b.id));
}
