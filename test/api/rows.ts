import type { Store } from '../../src/store/open.ts';
import { addRuleVersion } from '../../src/store/rule-versions.ts';
import type { NewRow } from '../../src/store/schema.ts';
import { start } from './world.ts';

/** An alarm as the ledger writes it, with the first line of its record. */
export async function addAlarm(store: Store, id: string, more: Partial<NewRow<'alarm'>> = {}): Promise<void> {
  const gridId = more.gridId ?? 'g1';
  const alarm = {
    id,
    ruleId: 'flood-gauge/waterlogging',
    deviceId: gridId === 'g1' ? 'dev1' : 'dev2',
    gridId,
    severity: 'yellow' as const,
    peakSeverity: 'yellow' as const,
    active: 1,
    raisedAt: start,
    raisedReceivedAt: start + 5,
    clearedAt: null,
    count: 1,
    lastAt: start,
    valuesJson: '{"level":17}',
    acknowledgedAt: null,
    acknowledgedBy: null,
    ...more,
  };
  await store.insertInto('alarm').values(alarm).execute();
  const change = { alarmId: id, kind: 'raised' as const, severity: alarm.severity, at: start, recordedAt: start + 5 };
  await store
    .insertInto('alarmChange')
    .values({ ...change, byPersonId: null, note: null, valuesJson: alarm.valuesJson })
    .execute();
  await addFeedLine(store, 'alarm', id, gridId);
}

/** A case for an alarm, dispatched to somebody, with its clock running. */
export async function addCase(
  store: Store,
  id: string,
  alarmId: string,
  assigneeId: string,
  gridId = 'g1',
): Promise<void> {
  const times = { openedAt: start, acceptedAt: null, handledAt: null, closedAt: null };
  await store
    .insertInto('workCase')
    .values({
      id,
      alarmId,
      gridId,
      tier: 'grid',
      areaId: gridId,
      assigneeId,
      handlerId: null,
      status: 'dispatched',
      ...times,
    })
    .execute();
  await store
    .insertInto('slaClock')
    .values({
      id: `${id}/accept`,
      caseId: id,
      kind: 'accept',
      startedAt: start,
      dueAt: start + 120_000,
      state: 'running',
    })
    .execute();
  await store
    .insertInto('caseStep')
    .values({
      caseId: id,
      kind: 'dispatched',
      at: start,
      byPersonId: null,
      toPersonId: assigneeId,
      areaId: gridId,
      note: null,
    })
    .execute();
}

export async function addFeedLine(
  store: Store,
  kind: 'alarm' | 'case' | 'notice' | 'device',
  ref: string,
  gridId: string | null,
  personId: string | null = null,
): Promise<void> {
  await store.insertInto('feed').values({ kind, ref, gridId, personId, at: start }).execute();
}

/** An alarm of a rule that asks a baseline. */
export async function addBaselineAlarm(store: Store, id: string): Promise<void> {
  const text = `id: waterlogging
name: { zh: 积水, en: Waterlogging }
advice: { zh: 查看, en: Look }
source: { zh: 测试, en: Test }
severity: red
when: "baseline(level).score > 0.96"
`;
  const slot = { ruleId: 'flood-gauge/waterlogging', scope: 'type', scopeId: 'flood-gauge', lane: 'live' } as const;
  const about = { mode: 'live' as const, text, until: null, note: '', at: start, byPersonId: null, reverts: null };
  const added = await addRuleVersion(store, { ...slot, ...about });
  await addAlarm(store, id, { ruleVersion: added.version });
}
