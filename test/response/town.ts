import { recordEffects } from '../../src/alarms/ledger.ts';
import type { AlarmEffect, AlarmRaised } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import type { Role } from '../../src/model/role.ts';
import type { Severity } from '../../src/model/severity.ts';
import { loadAreas } from '../../src/response/areas.ts';
import type { ResponseContext } from '../../src/response/context.ts';
import { respond } from '../../src/response/respond.ts';
import { Settings } from '../../src/settings/schema.ts';
import type { Store } from '../../src/store/open.ts';
import type { Row } from '../../src/store/schema.ts';
import { tempStore } from '../store/temp-store.ts';

/** Monday, 10:00 in Shanghai. */
export const morning = Date.parse('2026-03-02T10:00+08:00');
export const minute = 60_000;

const gauge: Device = {
  id: 'gauge-1',
  type: 'flood-gauge',
  name: '地道桥',
  latitude: 30.1,
  longitude: 120.2,
  gridId: 'grid',
  state: 'active',
};
const type = {
  id: 'flood-gauge',
  rules: [{ id: 'flood-gauge/waterlogging', name: { zh: '道路积水', en: 'Waterlogging' } }],
} as DeviceType;

/**
 * A grid in a community in a street in a district. On duty by day: wang in the grid, chen in the community, zhao in the
 * district, nobody in the street. The duty officer is gao.
 */
export async function town() {
  const { store, file } = await tempStore();
  const area = (id: 'grid' | 'community' | 'street' | 'district', parentId: string | null) => ({
    id,
    tier: id,
    parentId,
    nameZh: `中${id}`,
    nameEn: id,
    polygonJson: '{"type":"Polygon","coordinates":[]}',
  });
  await store
    .insertInto('area')
    .values([
      area('district', null),
      area('street', 'district'),
      area('community', 'street'),
      area('grid', 'community'),
    ])
    .execute();
  await addPerson(store, 'wang', 'grid-worker');
  await addPerson(store, 'chen', 'grid-worker');
  await addPerson(store, 'zhao', 'grid-worker');
  await addPerson(store, 'gao', 'duty-officer');
  await addDuty(store, 'grid', 'wang');
  await addDuty(store, 'community', 'chen');
  await addDuty(store, 'district', 'zhao');
  const context: ResponseContext = {
    areas: await loadAreas(store),
    deviceById: (id) => (id === gauge.id ? gauge : undefined),
    deviceTypes: new Map([[type.id, type]]),
    settings: Settings.parse({}),
  };
  return { store, file, context };
}

export async function addPerson(store: Store, id: string, role: Role): Promise<void> {
  await store
    .insertInto('person')
    .values({ id, login: id, name: `小${id}`, role, passwordHash: '', active: 1 })
    .execute();
}

/** On duty from 08:00 to 20:00. */
export async function addDuty(store: Store, areaId: string, personId: string): Promise<void> {
  const hours = { days: '1234567', fromMinute: 480, toMinute: 1200 };
  await store
    .insertInto('duty')
    .values({ id: `${areaId}-${personId}`, areaId, personId, ...hours })
    .execute();
}

export function raised(alarmId: string, severity: Severity = 'yellow', deviceId = 'gauge-1'): AlarmRaised {
  const common = { at: morning - 2000, receivedAt: morning - 1000, values: { level: 16 } };
  return { kind: 'raised', alarmId, ruleId: 'flood-gauge/waterlogging', deviceId, severity, ...common };
}

/** What the engine does with a batch: both in one transaction. */
export async function take(store: Store, context: ResponseContext, now: number, effects: AlarmEffect[]): Promise<void> {
  await store.transaction().execute(async (tx) => {
    await respond(
      tx,
      await recordEffects(tx, effects, { deviceById: context.deviceById, callWithinMs: 900_000 }),
      context,
      now,
    );
  });
}

export async function theCase(store: Store, alarmId = 'a'): Promise<Row<'workCase'>> {
  return await store.selectFrom('workCase').selectAll().where('alarmId', '=', alarmId).executeTakeFirstOrThrow();
}

/** Steps as `kind area>person by`. */
export async function steps(store: Store): Promise<string[]> {
  const rows = await store.selectFrom('caseStep').selectAll().orderBy('seq').execute();
  return rows.map(({ kind, areaId, toPersonId, byPersonId }) =>
    [kind, areaId && `${areaId}>${toPersonId ?? '-'}`, byPersonId && `by ${byPersonId}`].filter(Boolean).join(' '),
  );
}

/** Notices as `person reason`. */
export async function notices(store: Store): Promise<string[]> {
  const rows = await store.selectFrom('notice').selectAll().orderBy('seq').execute();
  return rows.map(({ personId, reason }) => `${personId} ${reason}`);
}

/** When the running clock ends, minutes after `from`; null when none runs. */
export async function dueIn(store: Store, from = morning): Promise<number | null> {
  const clocks = await store.selectFrom('slaClock').selectAll().where('state', '=', 'running').execute();
  if (clocks.length > 1) throw new Error('Several clocks run.');
  return clocks[0] ? (clocks[0].dueAt - from) / minute : null;
}
