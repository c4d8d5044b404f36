import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openSession } from '../../src/api/access/session.ts';
import type { ApiContext, HttpFrame } from '../../src/api/context.ts';
import { FeedHub } from '../../src/api/feed/hub.ts';
import { RuleShelf } from '../../src/api/rules/rule-shelf.ts';
import { createApi } from '../../src/api/server.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { clockMarkOf } from '../../src/model/reading.ts';
import type { Role } from '../../src/model/role.ts';
import { KnownAreas } from '../../src/response/known-areas.ts';
import { nowhere } from '../../src/rules/language/surroundings.ts';
import { Settings } from '../../src/settings/schema.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import type { SystemState } from '../../src/watch/watch.ts';

/** 2026-11-02 10:00 in Shanghai, a Monday. */
export const start = Date.UTC(2026, 10, 2, 2, 0, 0);

const level = {
  name: 'level',
  label: { zh: '水位', en: 'Level' },
  unit: 'cm',
  kind: 'number' as const,
  min: -100,
  max: 1000,
  baseline: true,
};
const battery = { ...level, name: 'battery', label: { zh: '电量', en: 'Battery' }, unit: '%', baseline: false };

export const gauge: DeviceType = {
  id: 'flood-gauge',
  name: { zh: '内涝监测仪', en: 'Flood gauge' },
  periodMs: 60_000,
  channels: [level, battery],
  channelByName: new Map([level, battery].map((channel) => [channel.name, channel])),
  commands: [
    {
      name: 'show',
      label: { zh: '显示', en: 'Show' },
      arguments: [
        { name: 'text', label: { zh: '文字', en: 'Text' }, kind: 'text', required: true, maxLength: 20 },
        { name: 'seconds', label: { zh: '时长', en: 'Seconds' }, kind: 'number', required: false },
        { name: 'blink', label: { zh: '闪烁', en: 'Blink' }, kind: 'switch', required: false },
      ],
    },
    { name: 'clear', label: { zh: '熄屏', en: 'Clear' }, arguments: [] },
  ],
  rules: [
    {
      id: 'flood-gauge/waterlogging',
      deviceType: 'flood-gauge',
      name: { zh: '积水', en: 'Waterlogging' },
      advice: { zh: '封路', en: 'Close the road' },
      source: { zh: '测试', en: 'Test' },
      levels: [
        { severity: 'yellow', when: 'level > 15 cm', forMs: 0, clear: null, clearForMs: 0 },
        {
          severity: 'red',
          when: 'level >= 0.4 m && rate(level, 10 min) > 0 cm/h',
          forMs: 0,
          clear: null,
          clearForMs: 0,
        },
      ],
      silentForMs: null,
      severity: 'red',
      maxGapMs: 600_000,
      onGap: 'restart',
    },
  ],
};

/** Squares of one degree side by side: grid `g1` from 0° to 1° east, `g2` from 1° to 2°, in different communities. */
const square = (west: number) => ({
  type: 'Polygon' as const,
  coordinates: [
    [
      [west, 0],
      [west + 1, 0],
      [west + 1, 1],
      [west, 1],
      [west, 0],
    ] as [number, number][],
  ],
});
export const areas = [
  { id: 'd', tier: 'district' as const, parentId: null, west: 0 },
  { id: 's', tier: 'street' as const, parentId: 'd', west: 0 },
  { id: 'c1', tier: 'community' as const, parentId: 's', west: 0 },
  { id: 'c2', tier: 'community' as const, parentId: 's', west: 1 },
  { id: 'g1', tier: 'grid' as const, parentId: 'c1', west: 0 },
  { id: 'g2', tier: 'grid' as const, parentId: 'c2', west: 1 },
].map(({ west, ...area }) => ({ ...area, name: { zh: `区${area.id}`, en: area.id }, polygon: square(west) }));

/** People by log-in name: their role and areas. */
const staff: Record<string, [Role, string[]]> = {
  officer: ['duty-officer', []],
  worker: ['grid-worker', ['c1']],
  colleague: ['grid-worker', ['g1']],
  stranger: ['grid-worker', ['g2']],
  integrator: ['integrator', []],
  admin: ['administrator', []],
  flow: ['service', []],
};

const wellSystem: SystemState = {
  startedAt: start,
  troubles: [],
  consumers: [{ name: 'engine', waiting: 0, oldestMs: 0, silentMs: 0, trouble: null }],
  latencies: [{ stage: 'durable', count: 1, p50Ms: 1, p99Ms: 2 }],
  canary: { state: 'well', everyMs: 60_000, withinMs: 10_000, lastAt: start, last: { connected: 3 }, late: null },
  heartbeat: { enabled: false, lastAt: null, failure: null },
};

export interface World {
  url: string;
  store: Store;
  context: ApiContext;
  clock: { at: number };
  /** What the gateway, engine and historian were asked, in order. */
  calls: string[];
  frames: HttpFrame[];
  /** Says that rows were added to the feed, as the engine does. */
  feedChanged(): void;
  logged: Record<string, unknown>[];
  /** `call('admin', 'POST', '/devices', {…})`; without a name nobody is signed in. */
  call(
    who: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  token(who: string): string;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  body: any;
  headers: Headers;
}

export interface WorldOptions {
  settings?: object;
  consoleDir?: string;
  context?: Partial<ApiContext>;
}

/** The clock of the gauges was off whenever they said their battery, and never when they said their level. */
const isKept = (channel: string) => channel !== clockMarkOf('level');

/** A real API over a real store, listening on a free port; only gateway, engine and historian are played. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'tocsin-api-'));
  const store = await openStore(join(folder, 'tocsin.sqlite'));
  await migrate(store);
  await fill(store);

  const clock = { at: start };
  const calls: string[] = [];
  const frames: HttpFrame[] = [];
  const logged: Record<string, unknown>[] = [];
  const listeners = new Set<() => void>();
  const feedChanged = () => {
    for (const listener of listeners) listener();
  };
  const parts: Omit<ApiContext, 'liveFeed'> = {
    settings: Settings.parse(options.settings ?? {}),
    store,
    deviceTypes: new Map([[gauge.id, gauge]]),
    clock: { now: () => clock.at },
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(JSON.parse(line)) }),
    gateway: {
      acceptHttp: async (frame) => ({ samples: frames.push(frame), problems: [] }),
      sendCommand: async (id, command) => void calls.push(`command ${id} ${JSON.stringify(command)}`),
      devicesChanged: async (ids) => void calls.push(`gateway.devicesChanged ${ids}`),
      isConnected: async (id) => id === 'dev1',
    },
    engine: {
      devicesChanged: async (ids) => void calls.push(`engine.devicesChanged ${ids}`),
      areasChanged: async () => void calls.push('engine.areasChanged'),
      baseline: async (_id, _channel, times) => ({
        band: times.map((at) => ({ at, low: 1, middle: 2, high: 3 })),
        deviation: null,
      }),
    },
    historian: {
      range: async ({ channel, from, stepMs }) =>
        isKept(channel) ? [{ at: from, mean: stepMs, min: 0, max: 9, count: 4 }] : [],
      latest: async (_id, channels) =>
        channels.filter(isKept).map((channel) => ({ channel, value: 1, measuredAt: start })),
      devicesChanged: async (ids) => void calls.push(`historian.devicesChanged ${ids}`),
    },
    tryouts: {
      begin: (request, byPersonId) => ({
        ...request,
        id: 1,
        requestedAt: clock.at,
        byPersonId,
        state: 'waiting',
        progress: 0,
        finishedAt: null,
        result: null,
        error: null,
      }),
      list: () => [],
      get: () => undefined,
      cancel: () => {},
      explain: async () => {
        throw new Error('nothing is explained here');
      },
    },
    feed: {
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      changed: feedChanged,
    },
    readiness: async () => ({ store: { ok: true } }),
    metrics: async () => 'tocsin_other_part 1\n',
    areas: new KnownAreas(store),
    rules: new RuleShelf(store, new Map([[gauge.id, gauge]]), pino({ level: 'silent' })),
    aroundOf: () => nowhere,
    announceWords: async () => void calls.push('announceWords'),
    announceRules: async () => void calls.push('announceRules'),
    system: () => wellSystem,
    ...options.context,
  };
  const context: ApiContext = { liveFeed: new FeedHub(parts), ...parts };

  const api = createApi(context, options.consoleDir ? { consoleDir: options.consoleDir } : {});
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  const tokens = new Map<string, string>();
  for (const id of Object.keys(staff)) tokens.set(id, (await openSession(store, id, start, 3_600_000)).token);

  return {
    url,
    store,
    context,
    clock,
    calls,
    frames,
    logged,
    feedChanged,
    token: (who) => tokens.get(who)!,
    call: async (who, method, path, body, headers = {}) => {
      const response = await fetch(`${url}${/^\/(api|health|metrics)/.test(path) ? '' : '/api/v1'}${path}`, {
        method,
        headers: {
          ...(who ? { authorization: `Bearer ${tokens.get(who)}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = response.headers.get('content-type')?.includes('json');
      return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
    },
    close: async () => {
      await api.close();
      await store.destroy();
      await rm(folder, { recursive: true });
    },
  };
}

async function fill(store: Store): Promise<void> {
  for (const { name, polygon, ...area } of areas) {
    const row = { ...area, nameZh: name.zh, nameEn: name.en, polygonJson: JSON.stringify(polygon) };
    await store.insertInto('area').values(row).execute();
  }
  for (const [id, [role, areaIds]] of Object.entries(staff)) {
    const person = { id, login: id, name: `Name of ${id}`, role, passwordHash: 'none', active: 1 };
    await store.insertInto('person').values(person).execute();
    for (const areaId of areaIds) await store.insertInto('personArea').values({ personId: id, areaId }).execute();
  }
  await addDevice(store, 'dev1', 'g1', 0.5);
  await addDevice(store, 'dev2', 'g2', 1.5);
}

async function addDevice(store: Store, id: string, gridId: string, longitude: number): Promise<void> {
  const secret = { secretSalt: 'salt', secretHash: 'hash' };
  await store
    .insertInto('device')
    .values({
      id,
      type: 'flood-gauge',
      name: `Gauge ${id}`,
      latitude: 0.5,
      longitude,
      gridId,
      state: 'active',
      ...secret,
      createdAt: start,
    })
    .execute();
}
