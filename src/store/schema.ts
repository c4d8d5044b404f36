import type { Generated, Insertable, Selectable } from 'kysely';
import type { AlarmChangeKind, AlarmCorrection, AlarmEndReason } from '../model/alarm.ts';
import type { Tier } from '../model/area.ts';
import type { Verdict } from '../model/baseline-word.ts';
import type { CaseStatus, CaseStepKind, NoticeReason } from '../model/case.ts';
import type { DeviceState } from '../model/device.ts';
import type { ReplayState } from '../model/replay.ts';
import type { Role } from '../model/role.ts';
import type { RuleVersion } from '../model/rule-version.ts';
import type { Severity } from '../model/severity.ts';
import type { SystemAlarmCode } from '../model/system-alarm.ts';

/**
 * The relational store. Times are integers, milliseconds since the epoch; flags are 0 or 1; columns that end in
 * `_json` hold JSON text. Column names are written as in TypeScript (`gridId`), in the database as well.
 */
export interface Database {
  area: {
    id: string;
    tier: Tier;
    parentId: string | null;
    nameZh: string;
    nameEn: string;
    /** GeoJSON Polygon, WGS-84. */
    polygonJson: string;
  };
  person: {
    id: string;
    /** Sign-in name, unique. */
    login: string;
    name: string;
    role: Role;
    passwordHash: string;
    active: number;
  };
  /** Areas that a person belongs to; a grid worker sees what is in them and below. */
  personArea: { personId: string; areaId: string };
  /** Who is responsible for an area at which hours, local time of the installation. */
  duty: {
    id: string;
    areaId: string;
    personId: string;
    /** Days of the week, `1` Monday … `7` Sunday, for example `12345`. */
    days: string;
    /** Minutes after midnight; `toMinute` 1440 is the end of the day; from > to runs over midnight. */
    fromMinute: number;
    toMinute: number;
  };
  device: {
    id: string;
    type: string;
    name: string;
    latitude: number;
    longitude: number;
    gridId: string;
    state: DeviceState;
    /** Base64url; the hash is SHA-256 over salt and secret: secrets are 192 random bits, not words of people. */
    secretSalt: string;
    secretHash: string;
    createdAt: number;
  };
  alarm: {
    id: string;
    ruleId: string;
    deviceId: string;
    gridId: string;
    /** Severity now, or the last one when it is over. */
    severity: Severity;
    peakSeverity: Severity;
    active: number;
    /** Measured time at which it began. */
    raisedAt: number;
    /** Received time at which we could know. */
    raisedReceivedAt: number;
    clearedAt: number | null;
    /** Samples for which it went on, the first included. */
    count: number;
    lastAt: number;
    /** Values at the last sample, channel → number. */
    valuesJson: string;
    acknowledgedAt: number | null;
    acknowledgedBy: string | null;
    /** What decoding frames again has changed about it; null when nothing. */
    correction: AlarmCorrection | null;
    /** The replay that did so last. */
    correctedBy: number | null;
    /**
     * Found when it was old, so nobody was called yet. 1: people are called as soon as a new sample says that it goes on;
     * more: also from this received time on, if it lasts until then. 0: nothing is owed.
     */
    callOwed: Generated<number>;
    /** The version of the rule that raised it; null for what was raised before rules had versions. */
    ruleVersion: Generated<number | null>;
  };
  /** The ledger: what happened to alarms, in order, never changed. `by` is a person's id, null for the rules. */
  alarmChange: {
    seq: Generated<number>;
    alarmId: string;
    kind: AlarmChangeKind;
    severity: Severity;
    /** Measured time for what rules say, the moment of the deed for what people do. */
    at: number;
    recordedAt: number;
    byPersonId: string | null;
    note: string | null;
    valuesJson: string | null;
    /** The replay that found it; null for what was known at its time. */
    replayId: number | null;
    /** For `corrected` and `reinstated`: `AlarmFacts` before and after. */
    correctionJson: string | null;
    /** Why it ended when no measurement ended it; null when one did. */
    endedBy: Generated<AlarmEndReason | null>;
  };
  /** Named `workCase` since CASE is a word of SQL. */
  workCase: {
    id: string;
    alarmId: string;
    gridId: string;
    /** The tier that has it now; it climbs when nobody answers. */
    tier: Tier;
    /** The area of that tier. */
    areaId: string;
    /** Who has it; null when nobody is on duty anywhere up the tiers. */
    assigneeId: string | null;
    handlerId: string | null;
    status: CaseStatus;
    openedAt: number;
    acceptedAt: number | null;
    handledAt: number | null;
    closedAt: number | null;
  };
  caseStep: {
    seq: Generated<number>;
    caseId: string;
    kind: CaseStepKind;
    at: number;
    /** Who did it; null when Tocsin did. */
    byPersonId: string | null;
    /** Who it went to, for dispatched and escalated. */
    toPersonId: string | null;
    areaId: string | null;
    note: string | null;
  };
  slaClock: {
    id: string;
    caseId: string;
    kind: 'accept';
    startedAt: number;
    dueAt: number;
    state: 'running' | 'met' | 'missed';
  };
  /** Notification intents. The id is deterministic: one transition, one channel, one target, one row. */
  outbox: {
    /** The order in which a target is told. */
    seq: Generated<number>;
    id: string;
    channel: string;
    target: string;
    bodyJson: string;
    createdAt: number;
    state: 'waiting' | 'sending' | 'delivered' | 'failed';
    attempts: number;
    /** Waiting: when it is tried next. Sending: when the one who sends it must be gone, so that it is tried again. */
    nextAt: number;
    deliveredAt: number | null;
    lastError: string | null;
    /** When the frame was received that it tells of; null when people did what it tells. */
    receivedAt: number | null;
  };
  /** What the console shows to one person: the console channel's delivery. */
  notice: {
    seq: Generated<number>;
    id: string;
    personId: string;
    caseId: string;
    alarmId: string;
    reason: NoticeReason;
    at: number;
    readAt: number | null;
  };
  /** Endpoints of the webhook channel. */
  webhook: { id: string; url: string; secret: string | null; minSeverity: Severity; createdAt: number };
  /** What consoles and flows are told, in order: something about this object changed, read it again. */
  feed: {
    seq: Generated<number>;
    kind: 'alarm' | 'case' | 'notice' | 'device';
    ref: string;
    gridId: string | null;
    /** For a notice: whose it is. */
    personId: string | null;
    at: number;
  };
  /** Frames that could not be judged, raw, with the reason. */
  quarantine: {
    id: Generated<number>;
    /** Where it stands in the journal. */
    partition: number;
    offset: number;
    deviceId: string | null;
    topic: string;
    via: string;
    receivedAt: number;
    code: string;
    reason: string;
    size: number;
    payload: Uint8Array;
    /** The replay that could decode it; null while nobody could. */
    replayId: number | null;
  };
  /** How many frames of a device (empty: of nobody known) went to quarantine for a code, all of them ever. */
  quarantineCount: {
    deviceId: string;
    code: string;
    count: number;
    firstAt: number;
    lastAt: number;
    /** The last reason, as a sentence. */
    reason: string;
  };
  /** Frames to be decoded again, after a decoder was corrected: of one device or of all of a type. */
  replay: {
    id: Generated<number>;
    deviceId: string | null;
    deviceType: string | null;
    /** Received time. */
    fromAt: number;
    /** 1: only say what it would correct. */
    dryRun: number;
    requestedAt: number;
    /** Null: from the command line. */
    byPersonId: string | null;
    state: ReplayState;
    /** Entries of the journal that the engine has read for it, of how many. */
    readEntries: Generated<number>;
    toRead: number | null;
    /** When alarms were corrected and when readings were written again; done when both are. */
    judgedAt: number | null;
    writtenAt: number | null;
    finishedAt: number | null;
    judgedJson: string | null;
    writtenJson: string | null;
    error: string | null;
  };
  /** Troubles of Tocsin itself; those under way are known in memory, this is their record. */
  systemAlarm: {
    /** Code and beginning. */
    id: string;
    code: SystemAlarmCode;
    severity: Severity;
    detailJson: string;
    raisedAt: number;
    clearedAt: number | null;
  };
  /** What rules that are tried out beside the live ones would have raised; never a case, never in the feed. */
  shadowAlarm: {
    id: string;
    ruleId: string;
    /** The version of the rule that would have raised it. */
    ruleVersion: number | null;
    deviceId: string;
    /** 1 while it would be under way. */
    active: number;
    raisedAt: number;
    clearedAt: number | null;
    /** All of it, see `Episode`. */
    episodeJson: string;
  };
  /** What people said about alarms of rules that ask a baseline; rows are added, and taken back. */
  baselineWord: {
    id: string;
    alarmId: string;
    deviceId: string;
    channel: string;
    verdict: Verdict;
    byPersonId: string;
    at: number;
    takenBackAt: number | null;
    takenBackBy: string | null;
    /** 1 once the journal has it as it is. */
    announced: number;
  };
  /** Every change of every rule, see `RuleVersion`. Rows are only added. */
  ruleVersion: Omit<RuleVersion, 'version'> & { version: Generated<number> };
  session: { tokenHash: string; personId: string; createdAt: number; expiresAt: number };
  /** Who did what; each row's hash covers the one before. */
  audit: {
    seq: Generated<number>;
    at: number;
    personId: string | null;
    action: string;
    subject: string;
    detailJson: string;
    previousHash: string;
    hash: string;
  };
  /** Where each consumer of the journal has got to: everything below `offset` has had its effect. */
  checkpoint: { consumer: string; partition: number; offset: number };
  /** Starts of the windows of 5 minutes whose readings in InfluxDB have changed since they were downsampled. */
  telemetryWindow: { start: number };
  /**
   * The rule fold's own state in parts that are written only when they changed: `device/{id}`,
   * `baseline/{id}/{channel}`, `clock`. Each is as of its own `offset`, at or after that of consumer `rules.state`.
   * `key` is the primary key.
   */
  foldState: { key: string; stateJson: string; offset: number };
}

export type Row<T extends keyof Database> = Selectable<Database[T]>;
export type NewRow<T extends keyof Database> = Insertable<Database[T]>;
