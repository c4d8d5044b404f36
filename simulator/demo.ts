import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlarmBoard } from './alarm-board.ts';
import { ApiClient } from './api-client.ts';
import { loadBehaviours } from './behaviour.ts';
import { makeCertificate } from './certificate.ts';
import { run } from './command.ts';
import { maxDevices } from './fleet.ts';
import { freePort } from './free-port.ts';
import { liveAlarms } from './live-alarms.ts';
import { readOptions, wholeNumber } from './options.ts';
import { readyFleet } from './run-fleet.ts';
import { loadScenario } from './scenario.ts';
import { Service } from './service.ts';
import { SimulatorError } from './simulator-error.ts';
import { both, dim, Step, say, styled } from './terminal.ts';
import { buildTown } from './town.ts';
import { madeUpPassword, welcome } from './welcome.ts';

const help = `A simulated town: Tocsin on its embedded default and a fleet of devices, in which a flood, an opened manhole cover, a
restaurant over the fume limit and a fallen elder unfold within two minutes.

  npm run demo
  npm run demo -- --port 9000

Options
  --port N          port of the console; the next free one when it is taken   [8080]
  --host ADDRESS    where to listen; 0.0.0.0 lets a phone in the same network look, too   [127.0.0.1]
  --devices N       how many devices   [200]
  --password TEXT   password of everyone in the town, at least 10 characters; made up when left out
  --once SECONDS    end when all four incidents are alarms: exit code 0; 1 when they are not after so long
  --help            this text

Everything is kept in a fresh folder, which is deleted at the end.
`;
const historyMs = 26 * 3_600_000;

async function demo(args: string[], signal: AbortSignal): Promise<number> {
  const given = readOptions(args, {
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: '127.0.0.1' },
    devices: { type: 'string', default: '200' },
    password: { type: 'string' },
    once: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (given.help) {
    say(help);
    return 0;
  }
  const port = wholeNumber('port', given.port, 1, 65_000);
  const onceMs = given.once === undefined ? null : wholeNumber('once', given.once, 1, 3_600) * 1_000;
  const password = given.password ?? madeUpPassword();
  if (password.length < 10) throw new SimulatorError('--password must have at least 10 characters.');
  const town = buildTown(wholeNumber('devices', given.devices, 60, maxDevices));

  say(`\n  ${styled('bold', 'Tocsin 警钟')}  ${dim('一座模拟小城 a simulated town')}\n`);
  const dir = mkdtempSync(join(tmpdir(), 'tocsin-demo-'));
  let service: Service | null = null;
  try {
    const taken = new Set<number>();
    const ports = {
      http: await freePort(port, given.host, taken),
      mqtt: await freePort(1883, given.host, taken),
      mqtts: await freePort(8883, given.host, taken),
      ws: await freePort(8083, given.host, taken),
      wss: await freePort(8084, given.host, taken),
    };
    if (ports.http !== port) say(`  ${styled('yellow', '!')} 端口 port ${port} 已被占用 is taken → ${ports.http}`);
    if (ports.mqtt !== 1883) say(`  ${styled('yellow', '!')} 端口 port 1883 已被占用 is taken → ${ports.mqtt}`);

    const starting = new Step({ zh: '启动服务', en: 'the service' });
    const certificate = await makeCertificate(dir);
    service = await Service.start({ dir, host: given.host, ports, certificate, adminPassword: password }, signal);
    starting.done(service.url);
    return await play(service, town, { password, onceMs, ports }, signal);
  } finally {
    if (service) {
      say(dim('\n  正在停止 stopping …'));
      await service.stop();
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

interface Play {
  password: string;
  onceMs: number | null;
  ports: { mqtts: number; ws: number; wss: number };
}

/** The town comes to life and its incidents unfold, until Ctrl-C or `--once`. */
async function play(
  service: Service,
  town: ReturnType<typeof buildTown>,
  { password, onceMs, ports }: Play,
  signal: AbortSignal,
) {
  const api = new ApiClient(service.url);
  await api.signIn('admin', password);
  const options = {
    town,
    behaviours: loadBehaviours(join(import.meta.dirname, '../devices')),
    scenario: loadScenario('town'),
    mqttUrl: service.mqttUrl,
    speed: 1,
    durationMs: 3_650 * 86_400_000,
    historyMs,
    seed: 1,
    now: () => Date.now(),
  };
  const fleet = await readyFleet(api, password, options, signal);
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const board = new AlarmBoard(town, await api.deviceTypes());
  try {
    const { incidents, finished } = fleet.start(until);
    board.expect(incidents);
    welcome({ service, town, password, ports, incidents });
    const watching = (async () => {
      for await (const alarm of liveAlarms(api, until)) {
        board.show(alarm);
        if (onceMs !== null && board.missing.length === 0) ending.abort();
      }
    })();
    const died = service.ended.then(() => {
      if (until.aborted) return;
      throw new SimulatorError(`The service has ended by itself:\n\n${service.tail()}`);
    });
    const late = onceMs === null ? [] : [sleep(onceMs, undefined, { signal: until }).catch(() => {})];
    await Promise.race([finished, watching, died, ...late]);
  } finally {
    ending.abort();
    await fleet.close();
  }
  if (onceMs === null) return 0;
  return verdict(board);
}

function verdict(board: AlarmBoard): number {
  if (board.missing.length === 0) {
    say(`\n  ${styled('green', '✓')} 四起事件均已告警 all four incidents are alarms`);
    return 0;
  }
  for (const { incident, device } of board.missing) {
    say(`  ${styled('red', '✗')} 没有告警 no alarm: ${both(incident.about)} (${device.id})`);
  }
  return 1;
}

await run(demo);
