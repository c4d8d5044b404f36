import { z } from 'zod';
import { alarmChangeKinds, alarmCorrections, alarmEndReasons } from '../model/alarm.ts';
import { tiers } from '../model/area.ts';
import { backtestStates } from '../model/backtest-request.ts';
import { verdicts } from '../model/baseline-word.ts';
import { caseStatuses, caseStepKinds, noticeReasons } from '../model/case.ts';
import { deviceIdPattern } from '../model/device.ts';
import { replayStates } from '../model/replay.ts';
import { roles } from '../model/role.ts';
import { severities } from '../model/severity.ts';
import { systemAlarmCodes } from '../model/system-alarm.ts';

/**
 * What the API takes and gives, once: the routes validate with these schemas, OpenAPI is made from them, and the
 * console takes its types from here. Times are milliseconds since the epoch.
 */

export const Text = z.object({ zh: z.string(), en: z.string() });
export const Time = z.int().min(0).describe('milliseconds since the epoch');
/** How many, or the place in a sequence. */
export const Count = z.int().min(0);
export const Severity = z.enum(severities);
export const Tier = z.enum(tiers);
export const Role = z.enum(roles);
export const AlarmState = z.enum(['unacknowledged', 'acknowledged', 'returned-unacknowledged', 'normal']);

export const ApiError = z.object({
  code: z.string(),
  message: z.string(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

export const Person = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  role: Role,
  areaIds: z.array(z.string()),
});
export const PersonRef = z.object({ id: z.string(), name: z.string() });
export const NewPerson = z.object({
  login: z.string().regex(/^[a-z0-9][a-z0-9._-]{1,31}$/),
  name: z.string().min(1).max(64),
  role: Role,
  password: z.string().min(10).max(200),
  areaIds: z.array(z.string()).default([]),
});

/** As administrators see people; one who is not active cannot sign in. */
export const PersonRecord = Person.extend({ active: z.boolean() });
export const PersonPatch = z
  .object({
    name: z.string().min(1).max(64),
    role: Role,
    password: z.string().min(10).max(200),
    areaIds: z.array(z.string()),
    active: z.boolean(),
  })
  .partial();

export const SignIn = z.object({ login: z.string(), password: z.string() });
/** The token is for programs (`Authorization: Bearer …`); browsers get the same one as a cookie. */
export const Session = z.object({ person: Person, expiresAt: Time, token: z.string().optional() });

export const PasswordChange = z.object({ current: z.string(), next: z.string().min(10).max(200) });

export const Polygon = z.object({
  type: z.literal('Polygon'),
  coordinates: z.array(z.array(z.tuple([z.number(), z.number()]))),
});
export const Area = z.object({
  id: z.string(),
  tier: Tier,
  parentId: z.string().nullable(),
  name: Text,
  polygon: Polygon,
});

export const Duty = z.object({
  id: z.string(),
  areaId: z.string(),
  personId: z.string(),
  days: z.string().regex(/^[1-7]{1,7}$/),
  fromMinute: z.int().min(0).max(1440),
  toMinute: z.int().min(0).max(1440),
});

export const Channel = z.object({
  name: z.string(),
  label: Text,
  unit: z.string(),
  kind: z.enum(['number', 'switch']),
  /** What on and off are called for this switch; absent where on and off will do. */
  states: z.object({ on: Text, off: Text }).optional(),
  min: z.number(),
  max: z.number(),
  baseline: z.boolean(),
});
export const Rule = z.object({
  id: z.string(),
  name: Text,
  advice: Text,
  source: Text,
  severity: Severity,
  silentForMs: z.number().nullable(),
  levels: z.array(
    z.object({
      severity: Severity,
      when: z.string(),
      forMs: z.number(),
      clear: z.string().nullable(),
      clearForMs: z.number(),
      atLeast: z.object({ readings: Count, of: Count }).optional(),
      confirm: Count.optional(),
      repeated: z.object({ times: Count, withinMs: z.number() }).optional(),
      /** Begins when these have happened one after another, instead of `when`. */
      sequence: z
        .array(
          z.object({
            when: z.string(),
            forMs: z.number(),
            unless: z.string().nullable(),
            withinMs: z.number().nullable(),
          }),
        )
        .optional(),
    }),
  ),
  minActiveMs: z.number().optional(),
  stepDownAfterMs: z.number().optional(),
  rearm: z.object({ after: z.string(), again: z.string().nullable(), forMs: z.number() }).optional(),
});
/** Something that devices of a type can be told to do. */
export const CommandDefinition = z.object({
  name: z.string(),
  label: Text,
  arguments: z.array(
    z.object({
      name: z.string(),
      label: Text,
      kind: z.enum(['text', 'number', 'switch']),
      required: z.boolean(),
      maxLength: z.int().optional(),
    }),
  ),
});
export const DeviceType = z.object({
  id: z.string(),
  name: Text,
  periodMs: z.number(),
  channels: z.array(Channel),
  /** Empty for devices that obey nothing. */
  commands: z.array(CommandDefinition),
  rules: z.array(Rule),
});

const Latitude = z.number().min(-90).max(90);
const Longitude = z.number().min(-180).max(180);

export const Device = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  latitude: Latitude,
  longitude: Longitude,
  gridId: z.string(),
  state: z.enum(['active', 'disabled']),
  /** Highest severity of its active alarms. */
  worst: Severity.nullable(),
});
export const NewDevice = z.object({
  id: z.string().regex(deviceIdPattern),
  type: z.string(),
  name: z.string().min(1).max(120),
  latitude: Latitude,
  longitude: Longitude,
  /** Left out: the grid whose polygon the place lies in. */
  gridId: z.string().optional(),
});
/** The secret is shown once, here. */
export const DeviceCredential = z.object({ deviceId: z.string(), secret: z.string() });
export const DevicePatch = z
  .object({
    name: z.string().min(1).max(120),
    latitude: Latitude,
    longitude: Longitude,
    gridId: z.string(),
    state: z.enum(['active', 'disabled']),
  })
  .partial();
/** One of the commands of the device's type, with its arguments. Published as JSON on its command topic, QoS 1. */
export const DeviceCommand = z.object({
  command: z.string().min(1).max(64),
  arguments: z.record(z.string(), z.unknown()).default({}),
});

/** The command is on its way; a device that is not connected gets it when it comes back with its session. */
export const CommandSent = z.object({ connected: z.boolean() });
/** The frame is durable. Samples that were wrong are in quarantine; the others were taken. */
export const FrameAccepted = z.object({
  samples: Count,
  problems: z.array(z.object({ code: z.string(), reason: z.string() })),
});

export const LatestValue = z.object({ channel: z.string(), value: z.number(), measuredAt: Time });
export const Bucket = z.object({ at: Time, mean: z.number(), min: z.number(), max: z.number(), count: Count });
/** Values that are normal for this device at that hour; absent where the baseline has not learnt enough yet. */
export const BandPoint = z.object({ at: Time, low: z.number(), middle: z.number(), high: z.number() });
/**
 * The newest time in which the channel was unusual for this device: `at` and `value` are its most surprising reading,
 * beside what was normal then. `score` is 1 minus how many times a day the device's own past would bring it.
 */
export const Deviation = z.object({
  from: Time,
  until: Time.nullable().describe('when it was usual again; null while it goes on'),
  at: Time,
  value: z.number(),
  low: z.number(),
  middle: z.number(),
  high: z.number(),
  score: z.number(),
  kind: z.enum(['point', 'shift', 'drift', 'spread', 'stuck', 'rhythm', 'extreme']),
});
/** A level that a rule compares this channel with, in the channel's unit. */
export const Threshold = z.object({
  ruleId: z.string(),
  severity: Severity,
  value: z.number(),
  direction: z.enum(['above', 'below']),
});
export const Series = z.object({
  deviceId: z.string(),
  channel: z.string(),
  unit: z.string(),
  stepMs: Count,
  buckets: z.array(Bucket),
  band: z.array(BandPoint),
  /** Null when there was none in the period. */
  deviation: Deviation.nullable(),
  thresholds: z.array(Threshold),
});

export const Alarm = z.object({
  id: z.string(),
  ruleId: z.string(),
  ruleName: Text,
  deviceId: z.string(),
  deviceName: z.string(),
  deviceType: z.string(),
  gridId: z.string(),
  severity: Severity,
  peakSeverity: Severity,
  state: AlarmState,
  active: z.boolean(),
  raisedAt: Time,
  raisedReceivedAt: Time,
  clearedAt: Time.nullable(),
  count: Count,
  lastAt: Time,
  values: z.record(z.string(), z.number()),
  /** What the rule tells about it, with the values of its last change; null when the rule has no text. */
  text: Text.nullable(),
  acknowledgedAt: Time.nullable(),
  acknowledgedBy: PersonRef.nullable(),
  caseId: z.string().nullable(),
  /** Who has it now. */
  assignee: PersonRef.nullable(),
  /** What decoding frames again has changed about it: found afterwards, taken back, or otherwise than was known. */
  correction: z.enum(alarmCorrections).nullable(),
  /** The replay that did so last. */
  correctedBy: Count.nullable(),
});
export const AlarmFacts = z.object({
  severity: Severity,
  peakSeverity: Severity,
  active: z.boolean(),
  raisedAt: Time,
  clearedAt: Time.nullable(),
  count: Count,
  /** Its severities and from when on it had them. */
  path: z.array(z.object({ at: Time, severity: Severity })),
});
export const AlarmChange = z.object({
  seq: Count,
  kind: z.enum(alarmChangeKinds),
  severity: Severity,
  at: Time,
  recordedAt: Time,
  by: PersonRef.nullable(),
  note: z.string().nullable(),
  values: z.record(z.string(), z.number()).nullable(),
  /** The replay that found it; null for what was known at its time. */
  replayId: Count.nullable(),
  /** Why it ended when no measurement ended it; null when one did. */
  endedBy: z.enum(alarmEndReasons).nullable(),
  /** What was known before and what is known now, where a replay has corrected it. */
  correction: z.object({ before: AlarmFacts, after: AlarmFacts }).nullable(),
});
export const CaseStep = z.object({
  seq: Count,
  kind: z.enum(caseStepKinds),
  at: Time,
  by: PersonRef.nullable(),
  to: PersonRef.nullable(),
  areaId: z.string().nullable(),
  note: z.string().nullable(),
});
export const Case = z.object({
  id: z.string(),
  alarmId: z.string(),
  gridId: z.string(),
  tier: Tier,
  areaId: z.string(),
  assignee: PersonRef.nullable(),
  handler: PersonRef.nullable(),
  status: z.enum(caseStatuses),
  openedAt: Time,
  acceptedAt: Time.nullable(),
  handledAt: Time.nullable(),
  closedAt: Time.nullable(),
  /** When the next tier is told, while nobody has accepted. */
  acceptDueAt: Time.nullable(),
});
/** What somebody said about an alarm of a rule that asks a baseline. */
export const BaselineWord = z.object({
  id: z.string(),
  alarmId: z.string(),
  channel: z.string(),
  verdict: z.enum(verdicts),
  by: PersonRef,
  at: Time,
  takenBackAt: Time.nullable(),
  takenBackBy: PersonRef.nullable(),
});
export const NewBaselineWord = z.object({ verdict: z.enum(verdicts) });
/** A channel whose baseline the alarm's rule asks, and what people's words have made of its sensitivity. */
export const HeardBaseline = z.object({
  channel: z.string(),
  /** How many times rarer than by the device's past alone something has to be for the same score: 0.3 to 10; 1 as it is. */
  rarer: z.number(),
  words: z.array(BaselineWord),
});
export const AlarmDetail = Alarm.extend({
  /** Empty for an alarm of a rule that asks none. */
  baselines: z.array(HeardBaseline),
  rule: Rule.nullable(),
  device: Device.nullable(),
  changes: z.array(AlarmChange),
  case: Case.extend({ steps: z.array(CaseStep) }).nullable(),
});
export const CaseDetail = Case.extend({ alarm: Alarm, steps: z.array(CaseStep) });

export const Note = z.object({ note: z.string().max(2000).optional() });
/** `pass: false` sends the case back to its handler. */
export const Verification = z.object({ pass: z.boolean(), note: z.string().max(2000).optional() });

export const Notice = z.object({
  seq: Count,
  caseId: z.string(),
  alarmId: z.string(),
  reason: z.enum(noticeReasons),
  at: Time,
  readAt: Time.nullable(),
});

export const QuarantinedFrame = z.object({
  id: Count,
  deviceId: z.string().nullable(),
  topic: z.string(),
  via: z.string(),
  receivedAt: Time,
  code: z.string(),
  reason: z.string(),
  size: Count,
  /** The replay that could decode it; null while nobody could. */
  replayId: Count.nullable(),
});
/** How many frames of a device went to quarantine for a reason: all of them, also those that are kept no more. */
export const QuarantineCount = z.object({
  /** Null: of nobody known. */
  deviceId: z.string().nullable(),
  code: z.string(),
  count: Count,
  firstAt: Time,
  lastAt: Time,
  /** The last one's. */
  reason: z.string(),
  /** Of the frames that are kept: those that nobody could decode yet, and those that a replay could. */
  waiting: Count,
  resolved: Count,
});
/** Rules to be tried on what has been kept; nobody is called, and nothing is changed. */
export const NewBacktest = z.object({
  deviceType: z.string(),
  /** Rules as in a `rules.yaml`, or one of its entries; left out: those in force. */
  rules: z.string().max(200_000).optional(),
  /** `current` also says how the alarms differ from those of the rules in force. */
  against: z.enum(['current', 'nothing']).default('current'),
  /** Devices of the type, or an area with all below; left out: all of the type. */
  deviceIds: z.array(z.string()).min(1).optional(),
  areaId: z.string().optional(),
  /** Measured time, inclusive and exclusive. Readings before `from` let the rules warm up. */
  from: Time,
  to: Time,
});
/** An alarm as rules that are tried tell it, in measured time. */
export const TrialAlarm = z.object({
  rule: z.string(),
  device: z.string(),
  raised: z.number(),
  /** Null: active at the end. */
  cleared: z.number().nullable(),
  peak: Severity,
  count: Count,
  path: z.array(z.object({ at: z.number(), severity: Severity })),
});
const RuleAlarms = z.array(z.object({ rule: z.string(), alarms: Count }));
const TrialDifference = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('added'), rule: z.string(), device: z.string(), now: TrialAlarm }),
  z.object({ kind: z.literal('removed'), rule: z.string(), device: z.string(), before: TrialAlarm }),
  z.object({ kind: z.literal('changed'), rule: z.string(), device: z.string(), before: TrialAlarm, now: TrialAlarm }),
]);
/** A rule that is tried out beside the live one. */
export const ShadowComparison = z.object({
  ruleId: z.string(),
  /** From when on both are compared. */
  since: Time,
  /** The versions that are tried out, each at its place. */
  versions: z.array(Count),
  devices: Count,
  /** Alarms of both that are the same, and those that went otherwise. */
  agree: Count,
  otherwise: Count,
  onlyLive: Count,
  onlyShadow: Count,
  /** What differs, the newest first: `before` is the live alarm, `now` the one of the rule that is tried out. */
  alarms: z.array(TrialDifference),
});
export const BacktestResult = z.object({
  /** Measured times of the first and the last sample. */
  first: z.number().nullable(),
  last: z.number().nullable(),
  ledger: z.array(TrialAlarm),
  counts: z.object({
    samples: Count,
    readings: Count,
    devices: Count,
    stale: Count,
    alarms: Count,
    byRule: z.record(z.string(), Count),
  }),
  difference: z
    .object({
      same: Count,
      added: Count,
      removed: Count,
      changed: Count,
      alarms: z.array(TrialDifference),
      rulesAdded: RuleAlarms,
      rulesMissing: RuleAlarms,
    })
    .nullable(),
  /** Alarms that are counted, but too many to be listed. */
  more: Count,
  /** Readings before were kept as means of five minutes only; null: none were. */
  coarseBefore: Time.nullable(),
});
export const Backtest = z.object({
  id: Count,
  deviceType: z.string(),
  rules: z.string().nullable(),
  againstCurrent: z.boolean(),
  deviceIds: z.array(z.string()),
  from: Time,
  to: Time,
  requestedAt: Time,
  byPersonId: z.string(),
  state: z.enum(backtestStates),
  progress: z.number().describe('share of the readings that were judged, 0 to 1'),
  finishedAt: Time.nullable(),
  result: BacktestResult.nullable(),
  error: z.string().nullable(),
});

const ExplainedCondition = z.object({
  source: z.string(),
  /** Null: it was not known. */
  holds: z.boolean().nullable(),
  parts: z.array(
    z.object({
      source: z.string(),
      holds: z.boolean().nullable(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
      unit: z.string(),
    }),
  ),
  /** For how long it had held, of how long; milliseconds. */
  heldMs: z.number().nullable(),
  neededMs: z.number(),
  gap: z.object({ from: z.number(), to: z.number(), heldMs: z.number() }).nullable(),
  before: z.object({ heldMs: z.number(), until: z.number() }).nullable(),
});
/** Why a rule had, or had not, raised an alarm of a device at a moment. */
export const Explanation = z.object({
  rule: z.string(),
  device: z.string(),
  at: Time,
  alarm: TrialAlarm.nullable(),
  lastAt: z.number().nullable(),
  silence: z.object({ heardAt: z.number().nullable(), silentForMs: z.number() }).nullable(),
  levels: z.array(
    z.object({
      severity: Severity,
      active: z.boolean(),
      when: ExplainedCondition,
      clear: ExplainedCondition.nullable(),
      /** For a level that begins by several readings, repeats or steps: how far it has come. */
      counted: z
        .object({
          kind: z.enum(['readings', 'times', 'steps']),
          have: Count,
          needed: Count,
          of: Count.nullable(),
          withinMs: z.number().nullable(),
          next: z.string().nullable(),
        })
        .nullable(),
      text: Text,
    }),
  ),
  text: Text,
});

/** Of one device or of all of a type: name one of the two. */
export const NewReplay = z.object({
  /** Frames received from then on. */
  from: Time,
  deviceId: z.string().optional(),
  deviceType: z.string().optional(),
  /** Only say what would be corrected. */
  dryRun: z.boolean().default(false),
});
export const Replay = z.object({
  id: Count,
  deviceId: z.string().nullable(),
  deviceType: z.string().nullable(),
  from: Time,
  dryRun: z.boolean(),
  requestedAt: Time,
  /** Null: from the command line. */
  by: PersonRef.nullable(),
  state: z.enum(replayStates),
  /** Entries of the journal that were read for it, of how many; null before that is known. */
  readEntries: Count,
  toRead: Count.nullable(),
  finishedAt: Time.nullable(),
  /** What became of alarms, by number; null before. For a dry run, what would have. */
  judged: z
    .object({
      devices: Count,
      frames: Count,
      stillWrong: Count,
      resolved: Count,
      raisedLate: Count,
      retracted: Count,
      reinstated: Count,
      corrected: Count,
      leftAlone: Count,
      since: Time,
    })
    .nullable(),
  written: z.object({ readings: Count }).nullable(),
  /** Why it was given up, and what to do. */
  error: z.string().nullable(),
});
/** The payload in base64; cut to its first bytes when `size` is larger. */
export const QuarantinedFrameDetail = QuarantinedFrame.extend({ payload: z.string() });

export const Webhook = z.object({ id: z.string(), url: z.url(), minSeverity: Severity });
export const NewWebhook = z.object({
  url: z.url(),
  secret: z.string().min(16).optional(),
  minSeverity: Severity.default('blue'),
});

export const WebhookPatch = z
  .object({ url: z.url(), secret: z.string().min(16).nullable(), minSeverity: Severity })
  .partial();

/** Each part that Tocsin is made of or depends on. */
export const Readiness = z.object({
  ok: z.boolean(),
  parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
});

/** Something that is wrong with Tocsin itself; docs/operations.md says what each code means and what to do. */
export const SystemAlarm = z.object({
  id: z.string(),
  code: z.enum(systemAlarmCodes),
  severity: Severity,
  since: Time,
  /** Numbers in the unit that their name ends in (`oldestMs`), or words. */
  detail: z.record(z.string(), z.union([z.string(), z.number()])),
});
/** What is wrong now, the worst first. */
export const SystemNow = z.object({ troubles: z.array(SystemAlarm) });
const Milliseconds = z.number().min(0).describe('milliseconds');
/** Milliseconds to each station that a canary has passed. */
const CanaryTimes = z.partialRecord(z.enum(['connected', 'durable', 'alarmed', 'notified']), Milliseconds);
export const SystemStatus = SystemNow.extend({
  startedAt: Time,
  parts: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().optional() })),
  /** Who has something waiting: entries of the journal, or notifications. */
  consumers: z.array(
    z.object({
      name: z.enum(['engine', 'telemetry', 'delivery']),
      waiting: Count,
      /** Since the oldest of what waits came in. */
      oldestMs: Milliseconds,
      /** Since it was asked how it is, without an answer. */
      silentMs: Milliseconds,
      trouble: z.string().nullable(),
    }),
  ),
  /** From receipt to each station, over the last five minutes. */
  latencies: z.array(
    z.object({
      stage: z.enum(['durable', 'judged', 'alarmed', 'notified']),
      count: Count,
      p50Ms: Milliseconds.nullable(),
      p99Ms: Milliseconds.nullable(),
    }),
  ),
  /** The alarm that Tocsin sends itself the whole way, unseen by everybody. */
  canary: z.object({
    state: z.enum(['off', 'waiting', 'well', 'late']),
    everyMs: Milliseconds,
    withinMs: Milliseconds,
    lastAt: Time.nullable(),
    last: CanaryTimes.nullable(),
    late: z.object({ ageMs: Milliseconds, passed: z.array(z.string()) }).nullable(),
  }),
  heartbeat: z.object({ enabled: z.boolean(), lastAt: Time.nullable(), failure: z.string().nullable() }),
  /** What was wrong, the newest first. */
  history: z.array(SystemAlarm.extend({ clearedAt: Time.nullable() })),
});

/** Numbers for the top of the wall. */
export const Summary = z.object({
  devices: Count,
  activeAlarms: z.record(Severity, Count),
  unacknowledged: Count,
  openCases: Count,
  /** Worst active severity by grid. */
  grids: z.array(z.object({ gridId: z.string(), worst: Severity, alarms: Count })),
});

/**
 * One line of the live feed (`GET /api/v1/feed`, server-sent events; the event id is `seq`). A client that was away too
 * long gets an event named `reset` instead of what it missed: it reads everything again. An event of kind `system` has
 * no id: it says what is wrong with Tocsin itself (`SystemNow`), whenever that changes, and at the beginning of a
 * connection if anything is: until then nothing is.
 */
export const FeedEvent = z.object({
  seq: Count,
  kind: z.enum(['alarm', 'case', 'notice', 'device', 'system']),
  ref: z.string(),
  gridId: z.string().nullable(),
  /** The object as it is now, in the shape of its own route; null when it is gone. */
  data: z.unknown(),
});

export type * from './rules-contract.ts';

export type Text = z.infer<typeof Text>;
export type Severity = z.infer<typeof Severity>;
export type Person = z.infer<typeof Person>;
export type PersonRecord = z.infer<typeof PersonRecord>;
export type Session = z.infer<typeof Session>;
export type Area = z.infer<typeof Area>;
export type Duty = z.infer<typeof Duty>;
export type Channel = z.infer<typeof Channel>;
export type Rule = z.infer<typeof Rule>;
export type CommandDefinition = z.infer<typeof CommandDefinition>;
export type DeviceType = z.infer<typeof DeviceType>;
export type Device = z.infer<typeof Device>;
export type LatestValue = z.infer<typeof LatestValue>;
export type Bucket = z.infer<typeof Bucket>;
export type Series = z.infer<typeof Series>;
export type Alarm = z.infer<typeof Alarm>;
export type AlarmFacts = z.infer<typeof AlarmFacts>;
export type HeardBaseline = z.infer<typeof HeardBaseline>;
export type AlarmDetail = z.infer<typeof AlarmDetail>;
export type Case = z.infer<typeof Case>;
export type CaseDetail = z.infer<typeof CaseDetail>;
export type Notice = z.infer<typeof Notice>;
export type QuarantinedFrame = z.infer<typeof QuarantinedFrame>;
export type QuarantinedFrameDetail = z.infer<typeof QuarantinedFrameDetail>;
export type SystemNow = z.infer<typeof SystemNow>;
export type SystemAlarm = z.infer<typeof SystemAlarm>;
export type SystemStatus = z.infer<typeof SystemStatus>;
export type QuarantineCount = z.infer<typeof QuarantineCount>;
export type NewBacktest = z.input<typeof NewBacktest>;
export type Backtest = z.infer<typeof Backtest>;
export type BacktestResult = z.infer<typeof BacktestResult>;
export type ShadowComparison = z.infer<typeof ShadowComparison>;
export type TrialAlarm = z.infer<typeof TrialAlarm>;
export type Explanation = z.infer<typeof Explanation>;
export type NewReplay = z.infer<typeof NewReplay>;
export type Replay = z.infer<typeof Replay>;
export type Summary = z.infer<typeof Summary>;
export type FeedEvent = z.infer<typeof FeedEvent>;
export type ApiError = z.infer<typeof ApiError>;
