import { type AlarmState, alarmState } from '../../../model/alarm.ts';
import type { Tier } from '../../../model/area.ts';
import type { CaseStatus } from '../../../model/case.ts';
import type { Device } from '../../../model/device.ts';
import { type DeviceType, ruleById, ruleName, typeIdOfRule } from '../../../model/device-type.ts';
import type { Severity } from '../../../model/severity.ts';
import type { Text } from '../../../model/text.ts';
import { ruleText } from '../../../rules/rule-text.ts';
import type { Row } from '../../../store/schema.ts';

/**
 * What happened: `raised`, `severity` and `cleared` by the rule; `retracted` when decoding again has shown that there was
 * no such alarm; `escalated` when nobody accepted in time and the next
 * tier was told (or the last one again); `accepted`, `handled`, `sent-back` and `closed` by people.
 */
export type WebhookEvent =
  | 'raised'
  | 'severity'
  | 'cleared'
  | 'retracted'
  | 'escalated'
  | 'accepted'
  | 'handled'
  | 'sent-back'
  | 'closed';

/**
 * The JSON that an endpoint gets. Stable: within `version` 1 keys are added, never renamed or taken away. Times are
 * milliseconds since the epoch. It says how things stood when the event happened.
 */
export interface WebhookBody {
  version: 1;
  event: WebhookEvent;
  at: number;
  alarm: {
    id: string;
    /** The name is the rule's id in both languages when the rule is no longer there. */
    rule: { id: string; name: Text };
    severity: Severity;
    peakSeverity: Severity;
    state: AlarmState;
    /** Measured times. */
    raisedAt: number;
    clearedAt: number | null;
    /** Channel → value in the channel's unit, at the last sample. */
    values: Record<string, number>;
    /** What the rule tells about it, with these values; null when it has no text. */
    text: Text | null;
  };
  /** Type, name and place are null when the device is no longer there. */
  device: { id: string; type: string | null; name: string | null; place: Place | null };
  /** The grid it stands in; null when there is none. */
  grid: { id: string; name: Text } | null;
  case: {
    id: string;
    status: CaseStatus;
    tier: Tier;
    areaId: string;
    /** Who has it; null when nobody is on duty anywhere. */
    assignee: { id: string; name: string } | null;
  };
  /** The alarm's page on the console. */
  link: string;
}

/** WGS-84 degrees. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** What a body is made from. */
export interface News {
  event: WebhookEvent;
  at: number;
  alarm: Row<'alarm'>;
  workCase: Row<'workCase'>;
  device: Device | undefined;
  deviceTypes: ReadonlyMap<string, DeviceType>;
  grid: { id: string; name: Text } | null;
  assignee: { id: string; name: string } | null;
  /** Address of the console, without a slash at its end. */
  consoleUrl: string;
}

/** What an endpoint gets of a piece of news. */
export function webhookBody(news: News): WebhookBody {
  const { event, at, alarm, workCase, device, grid, assignee } = news;
  const values = JSON.parse(alarm.valuesJson) as Record<string, number>;
  const rule = ruleById(news.deviceTypes, alarm.ruleId, alarm.ruleVersion);
  const type = news.deviceTypes.get(typeIdOfRule(alarm.ruleId));
  return {
    version: 1,
    event,
    at,
    alarm: {
      id: alarm.id,
      rule: { id: alarm.ruleId, name: ruleName(news.deviceTypes, alarm.ruleId, alarm.ruleVersion) },
      severity: alarm.severity,
      peakSeverity: alarm.peakSeverity,
      state: alarmState(alarm.active === 1, alarm.acknowledgedAt !== null),
      raisedAt: alarm.raisedAt,
      clearedAt: alarm.clearedAt,
      values,
      text: rule && type ? ruleText(type, rule, values) : null,
    },
    device: {
      id: alarm.deviceId,
      type: device?.type ?? null,
      name: device?.name ?? null,
      place: device ? { latitude: device.latitude, longitude: device.longitude } : null,
    },
    grid,
    case: {
      id: workCase.id,
      status: workCase.status,
      tier: workCase.tier,
      areaId: workCase.areaId,
      assignee,
    },
    link: `${news.consoleUrl}/alarms/${alarm.id}`,
  };
}
