import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type {
  Alarm,
  AlarmDetail,
  Case,
  Device,
  DeviceType,
  FeedEvent,
  Person,
  Replay,
  Summary,
  SystemAlarm,
} from '../../../src/api/contract.ts';
import { loadDeviceTypes } from '../../../src/devices/registry.ts';
import type { DeviceType as ModelType } from '../../../src/model/device-type.ts';
import { makeAlarms } from './alarms.ts';
import { FakeBacktests } from './backtests.ts';
import { FakeFailure } from './failure.ts';
import { countQuarantine, makeQuarantine, makeReplays, runningReplay } from './quarantine.ts';
import { FakeRules } from './rules.ts';
import { makeLatest, makeSeries } from './series.ts';
import { makeSystem } from './system.ts';
import { makeAreas, makeDevices, password, people } from './town.ts';

interface Answer {
  body?: unknown;
  cookie?: string;
}
interface Call {
  id: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  person: Person;
}

/** Rules are called `{device type}/{name}`. */
const ruleInPath = '([^/]+/[^/]+)';

/** The API of a town in memory, in the shapes of src/api/contract.ts: for work on the console without a service. */
export class FakeApi {
  emit: (event: FeedEvent) => void = () => {};
  readonly areas = makeAreas();
  readonly devices: Device[];
  readonly types: DeviceType[];
  readonly alarms: AlarmDetail[];
  /** What devices were told, in order. */
  readonly commands: object[] = [];
  readonly backtests: FakeBacktests;
  readonly #sessions = new Map<string, Person>();
  readonly #passwords = new Map(people.map((one) => [one.id, password]));
  readonly #quarantine: ReturnType<typeof makeQuarantine>;
  readonly #replays: Replay[];
  readonly #rules: FakeRules;
  #troubles: SystemAlarm[] = [];
  #seq = 1000;

  constructor(now: number) {
    const { types } = loadDeviceTypes(fileURLToPath(new URL('../../../devices', import.meta.url)));
    this.types = [...types.values()].map(({ channelByName: _, ...type }: ModelType) => type);
    this.devices = makeDevices(this.areas);
    this.alarms = makeAlarms(types, this.devices, now);
    this.#quarantine = makeQuarantine(now);
    this.#replays = makeReplays(now);
    this.#rules = new FakeRules(types, this.areas, this.devices, now);
    const alarmOf = (id: string) => this.#activeOn(id) ?? this.alarms.find((alarm) => alarm.deviceId === id);
    this.backtests = new FakeBacktests({ types, devices: this.devices, alarmOf });
  }

  personOf(token: string | undefined): Person | null {
    return this.#sessions.get(token ?? '') ?? null;
  }

  /** @throws FakeFailure as the real API would answer. */
  answer(
    route: string,
    query: URLSearchParams,
    body: Record<string, unknown>,
    person: Person | null,
    token?: string,
  ): Answer {
    if (route === 'POST /session') return this.#signIn(body);
    if (!person) throw new FakeFailure(401, 'SIGN_IN_REQUIRED', 'Sign in first: POST /api/v1/session.');
    if (route === 'DELETE /session') {
      this.#sessions.delete(token ?? '');
      return { body: {}, cookie: '' };
    }
    for (const [pattern, handle] of this.#routes) {
      const match = new RegExp(`^${pattern.replace(':id', '([^/]+)')}$`).exec(route);
      if (match) return { body: handle({ id: decodeURIComponent(match[1] ?? ''), query, body, person }) };
    }
    throw new FakeFailure(404, 'NOT_FOUND', `There is no ${route}.`);
  }

  /** Tells the feed what is wrong with the service itself. */
  trouble(troubles: SystemAlarm[]): void {
    this.#troubles = troubles;
    this.emit({ seq: this.#seq, kind: 'system', ref: 'system', gridId: null, data: { troubles } });
  }

  /** Raises a new alarm like the given one and tells the feed. */
  raise(likeId: string, id: string, changes: Partial<AlarmDetail> = {}): AlarmDetail {
    const now = Date.now();
    const like = this.#alarm(likeId);
    const case_: NonNullable<AlarmDetail['case']> = {
      ...like.case!,
      id: `c${id}`,
      alarmId: id,
      status: 'dispatched',
      handler: null,
      acceptedAt: null,
      handledAt: null,
      openedAt: now,
      acceptDueAt: now + 120_000,
    };
    const fresh: AlarmDetail = {
      ...like,
      id,
      caseId: case_.id,
      case: case_,
      raisedAt: now,
      raisedReceivedAt: now,
      clearedAt: null,
      active: true,
      state: 'unacknowledged',
      acknowledgedAt: null,
      acknowledgedBy: null,
      ...changes,
    };
    this.alarms.unshift(fresh);
    this.#tell(fresh);
    return fresh;
  }

  get #routes(): [string, (call: Call) => unknown][] {
    return [
      ['GET /session', ({ person }) => ({ person, expiresAt: Date.now() + 3_600_000 })],
      ['PUT /session/password', ({ person, body }) => this.#changePassword(person, body)],
      ['GET /areas', () => this.areas],
      ['GET /device-types', () => this.types],
      ['GET /devices', ({ query }) => (query.has('cursor') ? [] : this.devices)],
      ['GET /rules', () => this.#rules.overviews()],
      [`GET /rules/${ruleInPath}/versions`, ({ id }) => this.#rules.versions(id)],
      [`GET /rules/${ruleInPath}/shadow`, ({ id }) => this.backtests.shadow(id)],
      ['POST /rules/check', ({ body }) => this.#rules.check(body)],
      [`POST /rules/${ruleInPath}/revert`, ({ id, body, person }) => this.#rules.revert(id, body, person)],
      [`PUT /rules/${ruleInPath}`, ({ id, body, person }) => this.#rules.set(id, body, person)],
      [`DELETE /rules/${ruleInPath}`, ({ id, query, person }) => this.#rules.withdraw(id, query, person)],
      ['GET /backtests', () => this.backtests.list()],
      ['POST /backtests', ({ body, person }) => this.backtests.begin(body, person)],
      ['GET /backtests/:id', ({ id }) => this.backtests.get(id)],
      ['DELETE /backtests/:id', ({ id }) => this.backtests.cancel(id)],
      [
        'GET /devices/:id/explain',
        ({ id, query }) =>
          this.backtests.explain(this.#device(id), query.get('rule')!, Number(query.get('at') ?? Date.now())),
      ],
      ['GET /devices/:id/rules', ({ id }) => this.#rules.ofDevice(this.#device(id))],
      ['GET /devices/:id', ({ id }) => this.#device(id)],
      [
        'GET /devices/:id/latest',
        ({ id }) =>
          makeLatest(
            this.#typeOf(id),
            this.#activeOn(id),
            Date.now(),
            this.#activeOn(id)?.ruleId.endsWith('/silent') ?? false,
          ),
      ],
      ['GET /devices/:id/series', ({ id, query }) => this.#series(id, query)],
      [
        'POST /devices/:id/commands',
        ({ id, body }) => {
          this.commands.push({ deviceId: id, ...body });
          return { connected: true };
        },
      ],
      ['GET /alarms', ({ query }) => this.#list(query)],
      ['GET /alarms/:id', ({ id }) => this.#alarm(id)],
      ['POST /alarms/:id/acknowledge', ({ id, person, body }) => this.#accept(this.#alarm(id), person, body)],
      ['POST /alarms/:id/words', ({ id, person, body }) => this.#say(this.#alarm(id), person, String(body.verdict))],
      ['POST /alarms/:id/words/[^/]+/take-back', ({ id, person }) => this.#takeBack(this.#alarm(id), person)],
      ['GET /cases', ({ query, person }) => this.#cases(query, person)],
      ['GET /cases/:id', ({ id }) => ({ ...this.#ofCase(id).case, alarm: this.#ofCase(id) })],
      ['POST /cases/:id/accept', ({ id, person, body }) => this.#accept(this.#ofCase(id), person, body).case],
      ['POST /cases/:id/note', ({ id, person, body }) => this.#step(this.#ofCase(id), 'noted', person, body)],
      [
        'POST /cases/:id/handled',
        ({ id, person, body }) =>
          this.#step(this.#ofCase(id), 'handled', person, body, { status: 'handled', handler: person }),
      ],
      [
        'POST /cases/:id/verify',
        ({ id, person, body }) =>
          body.pass
            ? this.#step(this.#ofCase(id), 'closed', person, body, { status: 'closed', closedAt: Date.now() })
            : this.#step(this.#ofCase(id), 'sent-back', person, body, { status: 'accepted' }),
      ],
      ['GET /quarantine', () => this.#quarantine.map(({ payload: _, ...frame }) => frame)],
      ['GET /quarantine/counts', () => countQuarantine(this.#quarantine)],
      ['GET /replays', () => this.#replays],
      [
        'POST /replays',
        ({ person, body }) => {
          this.#replays.unshift(runningReplay(this.#replays, person, body));
          return this.#replays[0];
        },
      ],
      ['GET /quarantine/:id', ({ id }) => this.#quarantine.find((frame) => String(frame.id) === id)],
      ['GET /summary', () => this.#summary()],
      ['GET /system', () => makeSystem(this.#troubles, Date.now())],
    ];
  }

  #signIn(body: Record<string, unknown>): Answer {
    const person = people.find((one) => one.login === body.login);
    if (!person || body.password !== this.#passwords.get(person.id)) {
      throw new FakeFailure(401, 'SIGN_IN_FAILED', 'The log-in name or the password is wrong.');
    }
    const token = randomUUID();
    this.#sessions.set(token, person);
    return { body: { person, expiresAt: Date.now() + 3_600_000 }, cookie: token };
  }

  #changePassword(person: Person, { current, next }: Record<string, unknown>): object {
    if (current !== this.#passwords.get(person.id)) {
      throw new FakeFailure(401, 'SIGN_IN_FAILED', 'The current password is wrong.');
    }
    this.#passwords.set(person.id, String(next));
    return {};
  }

  #list(query: URLSearchParams): Alarm[] {
    const active = query.get('active');
    const severities = query.get('severity')?.split(',');
    const before = Number(query.get('before') ?? Number.POSITIVE_INFINITY);
    return this.alarms
      .filter((alarm) => active === null || String(alarm.active) === active)
      .filter((alarm) => !severities || severities.includes(alarm.severity))
      .filter((alarm) => !query.has('grid') || alarm.gridId === query.get('grid'))
      .filter((alarm) => !query.has('device') || alarm.deviceId === query.get('device'))
      .filter((alarm) => alarm.raisedAt < before)
      .sort((a, b) => b.raisedAt - a.raisedAt)
      .map(
        ({ rule: _rule, baselines: _baselines, device: _device, changes: _changes, case: _case, ...alarm }) => alarm,
      );
  }

  #cases(query: URLSearchParams, person: Person): Case[] {
    const statuses = query.get('status')?.split(',');
    return this.alarms
      .flatMap(({ case: case_ }) => (case_ ? [case_] : []))
      .filter((one) => !statuses || statuses.includes(one.status))
      .filter((one) => query.get('mine') !== 'true' || one.assignee?.id === person.id)
      .map(({ steps: _, ...one }) => one);
  }

  #say(alarm: AlarmDetail, person: Person, verdict: string): AlarmDetail {
    for (const one of alarm.baselines) {
      const word = { id: `w${++this.#seq}`, alarmId: alarm.id, channel: one.channel, at: Date.now() };
      const by = { id: person.id, name: person.name };
      one.words.unshift({ ...word, verdict: verdict as 'right', by, takenBackAt: null, takenBackBy: null });
      if (verdict === 'false-alarm') one.rarer = 3.16;
    }
    return alarm;
  }

  #takeBack(alarm: AlarmDetail, person: Person): AlarmDetail {
    for (const one of alarm.baselines) {
      one.rarer = 1;
      for (const word of one.words)
        Object.assign(word, { takenBackAt: Date.now(), takenBackBy: { id: person.id, name: person.name } });
    }
    return alarm;
  }

  #accept(alarm: AlarmDetail, person: Person, body: Record<string, unknown>): AlarmDetail {
    const by = { id: person.id, name: person.name };
    const at = Date.now();
    Object.assign(alarm, {
      state: alarm.active ? 'acknowledged' : 'normal',
      acknowledgedAt: at,
      acknowledgedBy: by,
      assignee: by,
    });
    alarm.changes.push({
      seq: ++this.#seq,
      kind: 'acknowledged',
      severity: alarm.severity,
      at,
      recordedAt: at,
      by,
      note: text(body),
      values: null,
      replayId: null,
      endedBy: null,
      correction: null,
    });
    this.#step(
      alarm,
      'accepted',
      person,
      {},
      { status: 'accepted', handler: by, assignee: by, acceptedAt: at, acceptDueAt: null },
    );
    return alarm;
  }

  #step(
    alarm: AlarmDetail,
    kind: 'noted' | 'accepted' | 'handled' | 'closed' | 'sent-back',
    person: Person,
    body: Record<string, unknown>,
    changes: Partial<Case> = {},
  ): unknown {
    const by = { id: person.id, name: person.name };
    alarm.case!.steps.push({ seq: ++this.#seq, kind, at: Date.now(), by, to: null, areaId: null, note: text(body) });
    Object.assign(alarm.case!, changes);
    this.#tell(alarm);
    return { ...alarm.case, alarm };
  }

  #tell(alarm: AlarmDetail): void {
    this.emit({ seq: ++this.#seq, kind: 'alarm', ref: alarm.id, gridId: alarm.gridId, data: alarm });
    this.emit({ seq: ++this.#seq, kind: 'case', ref: alarm.case!.id, gridId: alarm.gridId, data: alarm.case });
  }

  #series(id: string, query: URLSearchParams) {
    const type = this.#typeOf(id);
    const channel = type.channels.find((one) => one.name === query.get('channel'))!;
    const [from, to, points] = ['from', 'to', 'points'].map((name) => Number(query.get(name))) as [
      number,
      number,
      number,
    ];
    const about = this.#activeOn(id) ?? this.alarms.find((alarm) => alarm.deviceId === id);
    return makeSeries(type, channel, { deviceId: id, from, to, points }, about, Date.now());
  }

  #summary(): Summary {
    const active = this.alarms.filter((alarm) => alarm.active);
    const count = (severity: Alarm['severity']) => active.filter((alarm) => alarm.severity === severity).length;
    return {
      devices: this.devices.length,
      activeAlarms: { blue: count('blue'), yellow: count('yellow'), orange: count('orange'), red: count('red') },
      unacknowledged: active.filter((alarm) => alarm.state === 'unacknowledged').length,
      openCases: this.alarms.filter((alarm) => alarm.case?.status !== 'closed').length,
      grids: [],
    };
  }

  #device(id: string): Device {
    return found(
      this.devices.find((device) => device.id === id),
      id,
    );
  }

  #typeOf(deviceId: string): DeviceType {
    return found(
      this.types.find((type) => type.id === this.#device(deviceId).type),
      deviceId,
    );
  }

  #alarm(id: string): AlarmDetail {
    return found(
      this.alarms.find((alarm) => alarm.id === id),
      id,
    );
  }

  #ofCase(id: string): AlarmDetail {
    return found(
      this.alarms.find((alarm) => alarm.case?.id === id),
      id,
    );
  }

  #activeOn(deviceId: string): AlarmDetail | undefined {
    return this.alarms.find((alarm) => alarm.deviceId === deviceId && alarm.active);
  }
}

function found<T>(thing: T | undefined, id: string): T {
  if (thing === undefined) throw new FakeFailure(404, 'NOT_FOUND', `There is no ${id}.`);
  return thing;
}

function text(body: Record<string, unknown>): string | null {
  return typeof body.note === 'string' && body.note ? body.note : null;
}
