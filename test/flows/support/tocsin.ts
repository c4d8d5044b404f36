import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Alarm, Device, DeviceCommand, FeedEvent, Note } from '../../../src/api/contract.ts';

export const token = 'token-of-the-flows';

export interface Deed {
  path: string;
  body: unknown;
}

/** A real HTTP server that speaks the part of the API that flows use, from memory. */
export interface Tocsin {
  url: string;
  /** Commands and case updates that came in, in order. */
  deeds: Deed[];
  /** `Last-Event-ID` of each time the feed was opened; null without. */
  opened: (string | null)[];
  addDevice(device: Partial<Device> & { id: string }): void;
  /** The alarm is so from now on; the feed says it. */
  alarm(change: Partial<Alarm> & { id: string }): void;
  /** Ends every open feed, as a restart would. */
  cutFeeds(): void;
}

export async function startTocsin(): Promise<Tocsin> {
  const devices = new Map<string, Device>();
  const alarms = new Map<string, Alarm>();
  const events: { seq: number; ref: string }[] = [];
  const feeds = new Set<ServerResponse>();
  const deeds: Deed[] = [];
  const opened: (string | null)[] = [];

  const line = ({ seq, ref }: { seq: number; ref: string }) => {
    const data = alarms.get(ref)!;
    const event = FeedEvent.parse({ seq, kind: 'alarm', ref, gridId: data.gridId, data });
    return `id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`;
  };

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://tocsin');
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${token}`) {
      return json(401, { code: 'SIGN_IN_REQUIRED', message: 'Sign in first.' });
    }
    if (request.method === 'POST') {
      const shape = pathname.endsWith('/commands') ? DeviceCommand : Note;
      deeds.push({ path: pathname, body: shape.parse(await bodyOf(request)) });
      return json(200, {});
    }
    if (pathname === '/api/v1/feed') {
      const last = request.headers['last-event-id'] ?? null;
      opened.push(last as string | null);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n');
      for (const event of events) if (last !== null && event.seq > Number(last)) response.write(line(event));
      feeds.add(response);
      response.on('close', () => feeds.delete(response));
      return;
    }
    if (pathname === '/api/v1/alarms') {
      const active = searchParams.get('active');
      const before = Number(searchParams.get('before') ?? Number.POSITIVE_INFINITY);
      const found = [...alarms.values()]
        .filter((alarm) => alarm.raisedAt < before && (active === null || String(alarm.active) === active))
        .sort((a, b) => b.raisedAt - a.raisedAt);
      return json(200, found.slice(0, Number(searchParams.get('limit') ?? 100)));
    }
    if (pathname === '/api/v1/devices') {
      return json(
        200,
        [...devices.values()].filter(
          (one) => one.type === searchParams.get('type') && one.gridId === searchParams.get('grid'),
        ),
      );
    }
    const alarm = alarms.get(pathname.replace('/api/v1/alarms/', ''));
    return alarm ? json(200, alarm) : json(404, { code: 'NOT_FOUND', message: `There is no ${pathname}.` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    deeds,
    opened,
    addDevice(device) {
      const other = { type: 'road-sign', name: '', latitude: 30, longitude: 120, gridId: 'g1', state: 'active' };
      devices.set(device.id, Device.parse({ ...other, worst: null, ...device }));
    },
    alarm(change) {
      const alarm = Alarm.parse({ ...(alarms.get(change.id) ?? newAlarm(change.id)), ...change });
      alarms.set(alarm.id, alarm);
      const event = { seq: events.length + 1, ref: alarm.id };
      events.push(event);
      for (const feed of feeds) feed.write(line(event));
    },
    cutFeeds() {
      for (const feed of feeds) feed.destroy();
    },
  };
}

let moment = 1_772_323_200_000;

function newAlarm(id: string): Alarm {
  moment += 1000;
  return {
    id,
    ruleId: 'flood-gauge/waterlogging',
    ruleName: { zh: '道路积水', en: 'Waterlogging' },
    text: null,
    deviceId: `gauge-of-${id}`,
    deviceName: '人民路下穿',
    deviceType: 'flood-gauge',
    gridId: 'g1',
    severity: 'orange',
    peakSeverity: 'orange',
    state: 'unacknowledged',
    active: true,
    raisedAt: moment,
    raisedReceivedAt: moment,
    clearedAt: null,
    count: 1,
    lastAt: moment,
    values: { level: 22 },
    acknowledgedAt: null,
    acknowledgedBy: null,
    caseId: `case-of-${id}`,
    assignee: null,
    correction: null,
    correctedBy: null,
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return JSON.parse(Buffer.concat(pieces).toString() || '{}');
}
