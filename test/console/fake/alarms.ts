import type { AlarmDetail, Device, DeviceType, Severity } from '../../../src/api/contract.ts';
import { alarmState } from '../../../src/model/alarm.ts';
import { people } from './town.ts';

const minute = 60_000;
type Stage = 'waiting' | 'overdue' | 'escalated' | 'accepted' | 'handled' | 'closed' | 'over-waiting';

interface Story {
  rule: string;
  severity: Severity;
  peak?: Severity;
  /** Which device of its type. */
  device: number;
  agoMin: number;
  clearedAgoMin?: number;
  stage: Stage;
  correction?: 'retracted' | 'corrected';
  values: Record<string, number>;
}

const stories: Story[] = [
  {
    rule: 'flood-gauge/waterlogging',
    severity: 'red',
    device: 3,
    agoMin: 6,
    stage: 'waiting',
    values: { level: 31.4 },
  },
  { rule: 'elder-wristband/fall', severity: 'red', device: 9, agoMin: 2, stage: 'escalated', values: { fall: 1 } },
  {
    rule: 'manhole-cover/methane',
    severity: 'red',
    device: 21,
    agoMin: 48,
    stage: 'accepted',
    values: { ch4: 26, h2s: 4 },
  },
  {
    rule: 'manhole-cover/cover-tilted',
    severity: 'orange',
    device: 4,
    agoMin: 11,
    stage: 'overdue',
    values: { open: 1, tilt: 47 },
  },
  {
    rule: 'flood-gauge/fast-rise',
    severity: 'orange',
    device: 7,
    agoMin: 21,
    stage: 'accepted',
    values: { level: 14.2 },
  },
  {
    rule: 'elder-wristband/oxygen-low',
    severity: 'orange',
    device: 22,
    agoMin: 33,
    stage: 'handled',
    values: { spo2: 90, worn: 1 },
  },
  {
    rule: 'kitchen-fume/over-limit',
    severity: 'orange',
    device: 5,
    agoMin: 27,
    stage: 'waiting',
    values: { fume: 3.1, fan: 1 },
  },
  {
    rule: 'elder-wristband/heart-rate-high',
    severity: 'yellow',
    device: 31,
    agoMin: 64,
    stage: 'accepted',
    values: { heart_rate: 118, worn: 1, steps: 0 },
  },
  { rule: 'elder-wristband/silent', severity: 'yellow', device: 40, agoMin: 95, stage: 'waiting', values: {} },
  {
    rule: 'kitchen-fume/purifier-off',
    severity: 'yellow',
    device: 12,
    agoMin: 130,
    stage: 'accepted',
    values: { fan: 1, purifier: 0 },
  },
  {
    rule: 'manhole-cover/low-battery',
    severity: 'blue',
    device: 60,
    agoMin: 600,
    stage: 'waiting',
    values: { battery: 12 },
  },
  {
    rule: 'elder-wristband/off-wrist',
    severity: 'blue',
    device: 14,
    agoMin: 150,
    stage: 'accepted',
    values: { worn: 0 },
  },
  {
    rule: 'flood-gauge/waterlogging',
    severity: 'yellow',
    peak: 'orange',
    device: 11,
    agoMin: 220,
    clearedAgoMin: 40,
    stage: 'over-waiting',
    values: { level: 4.1 },
  },
  {
    rule: 'kitchen-fume/over-limit',
    severity: 'orange',
    device: 20,
    agoMin: 1500,
    clearedAgoMin: 1440,
    stage: 'closed',
    correction: 'retracted',
    values: { fume: 1.2, fan: 1 },
  },
  {
    rule: 'manhole-cover/cover-tilted',
    severity: 'orange',
    device: 33,
    agoMin: 2900,
    clearedAgoMin: 2800,
    stage: 'closed',
    correction: 'corrected',
    values: { open: 0, tilt: 2 },
  },
  {
    rule: 'elder-wristband/sos',
    severity: 'red',
    device: 2,
    agoMin: 4400,
    clearedAgoMin: 4370,
    stage: 'closed',
    values: { sos: 0 },
  },
];

const [officer, worker, , , second] = people.map(({ id, name }) => ({ id, name }));

/** Alarms of every severity and state, each with its case and what happened. A rule that the types lack is left out. */
export function makeAlarms(
  types: ReadonlyMap<string, DeviceType>,
  devices: readonly Device[],
  now: number,
): AlarmDetail[] {
  return stories.flatMap((story, index) => {
    const [typeId] = story.rule.split('/');
    const type = types.get(typeId!);
    const rule = type?.rules.find((one) => one.id === story.rule);
    const device = devices.filter((one) => one.type === typeId)[story.device];
    return rule && device ? [tell(story, index, rule, device, now)] : [];
  });
}

function tell(
  story: Story,
  index: number,
  rule: DeviceType['rules'][number],
  device: Device,
  now: number,
): AlarmDetail {
  const raisedAt = now - story.agoMin * minute;
  const clearedAt = story.clearedAgoMin === undefined ? null : now - story.clearedAgoMin * minute;
  const seen = !['waiting', 'overdue', 'escalated', 'over-waiting'].includes(story.stage);
  const acceptedAt = seen ? raisedAt + 1.5 * minute : null;
  const handledAt = story.stage === 'handled' || story.stage === 'closed' ? raisedAt + 22 * minute : null;
  const closedAt = story.stage === 'closed' ? (clearedAt ?? raisedAt) + 9 * minute : null;
  const status = closedAt ? 'closed' : handledAt ? 'handled' : acceptedAt ? 'accepted' : 'dispatched';
  const escalated = story.stage === 'escalated';
  const assignee = escalated ? second! : worker!;
  const id = `a${String(index + 1).padStart(3, '0')}`;
  const case_: NonNullable<AlarmDetail['case']> = {
    id: `c${id}`,
    alarmId: id,
    gridId: device.gridId,
    tier: escalated ? 'community' : 'grid',
    areaId: escalated ? device.gridId.replace(/-\d$/, '') : device.gridId,
    assignee,
    handler: seen ? worker! : null,
    status,
    openedAt: raisedAt + 2000,
    acceptedAt,
    handledAt,
    closedAt,
    acceptDueAt: status === 'dispatched' ? now + (story.stage === 'overdue' ? -1.2 : 3.4) * minute : null,
    steps: [],
  };
  const step = (
    kind: (typeof case_.steps)[number]['kind'],
    at: number,
    more: Partial<(typeof case_.steps)[number]> = {},
  ) =>
    case_.steps.push({
      seq: index * 100 + case_.steps.length,
      kind,
      at,
      by: null,
      to: null,
      areaId: null,
      note: null,
      ...more,
    });
  step('opened', raisedAt + 2000, { areaId: device.gridId });
  step('dispatched', raisedAt + 2000, { to: worker!, areaId: device.gridId });
  if (escalated) step('escalated', raisedAt + 1.6 * minute, { to: second!, areaId: case_.areaId });
  if (acceptedAt) step('accepted', acceptedAt, { by: worker!, note: '已出发，预计十分钟到场。' });
  if (clearedAt) step('recovered', clearedAt, { to: worker! });
  if (handledAt) step('handled', handledAt, { by: worker!, note: '现场已处理，设备复位，拍照留存。' });
  if (closedAt) step('closed', closedAt, { by: officer! });
  const changes: AlarmDetail['changes'] = [];
  const change = (kind: (typeof changes)[number]['kind'], at: number, more: Partial<(typeof changes)[number]> = {}) =>
    changes.push({
      seq: index * 100 + changes.length,
      kind,
      severity: story.severity,
      at,
      recordedAt: at + 900,
      by: null,
      note: null,
      values: null,
      replayId: null,
      endedBy: null,
      correction: null,
      ...more,
    });
  const lower = story.severity === 'red' && rule.levels.length > 1 ? 'orange' : story.severity;
  change('raised', raisedAt, { severity: lower, values: story.values });
  if (lower !== story.severity) change('severity', raisedAt + 3 * minute, { values: story.values });
  if (acceptedAt) change('acknowledged', acceptedAt, { by: worker! });
  if (clearedAt) change('cleared', clearedAt, { values: story.values });
  const facts = {
    severity: story.severity,
    peakSeverity: lower,
    active: false,
    raisedAt,
    clearedAt,
    count: 3,
    path: [],
  };
  if (story.correction)
    change(story.correction, now - 55 * minute, {
      by: people[3] ? { id: people[3].id, name: people[3].name } : null,
      replayId: 2,
      correction:
        story.correction === 'corrected' ? { before: { ...facts, clearedAt: now - 100 * minute }, after: facts } : null,
    });
  return {
    id,
    baselines: [],
    ruleId: rule.id,
    ruleName: rule.name,
    text: null,
    deviceId: device.id,
    deviceName: device.name,
    deviceType: device.type,
    gridId: device.gridId,
    severity: story.severity,
    peakSeverity: story.peak ?? story.severity,
    state: alarmState(clearedAt === null, seen),
    active: clearedAt === null,
    raisedAt,
    raisedReceivedAt: raisedAt + 900,
    clearedAt,
    count: 3 + Math.round(story.agoMin / 2),
    lastAt: clearedAt ?? now - 20_000,
    values: story.values,
    acknowledgedAt: acceptedAt,
    acknowledgedBy: seen ? worker! : null,
    caseId: case_.id,
    assignee,
    correction: story.correction ?? null,
    correctedBy: story.correction ? 2 : null,
    rule,
    device,
    changes,
    case: case_,
  };
}
