import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiClient } from './api-client.ts';
import { loadBehaviours } from './behaviour.ts';
import { run } from './command.ts';
import { maxDevices } from './fleet.ts';
import { positiveNumber, readOptions, span, wholeNumber } from './options.ts';
import { readyFleet } from './run-fleet.ts';
import { loadScenario, scenarioNames } from './scenario.ts';
import { SimulatorError } from './simulator-error.ts';
import { bold, both, dim, say, styled, table } from './terminal.ts';
import { buildTown } from './town.ts';
import { truthOf } from './truth.ts';
import { madeUpPassword, sayLogins } from './welcome.ts';

const help = `Plays a scenario against a Tocsin: a town of devices, each on its own MQTT connection, as real ones would be.

  npm run sim -- --password SECRET --scenario flood --devices 200 --speed 60

Options
  --scenario NAME     ${scenarioNames().join(', ')}; or a file of your own that ends in .yaml   [quiet]
  --devices N         how many devices, up to ${maxDevices}   [200]
  --speed N           simulated time runs N times as fast   [1]
  --duration SPAN     how much simulated time   [2 h at a speed above 1; until Ctrl-C at speed 1]
  --history SPAN      past that each device uploads first, so that charts and baselines have something   [26 h]
  --seed N            another seed is other devices in the same town, beside those of the first   [1]
  --url URL           where Tocsin's API is   [http://127.0.0.1:8080]
  --mqtt URL          where its broker is; mqtts:// and ws:// work too   [mqtt://127.0.0.1:1883]
  --login NAME        an administrator   [admin]
  --password SECRET   that administrator's password
  --people SECRET     password for the town's people, at least 10 characters; made up and shown when left out
  --truth FILE        where to write what is injected, where and when, one JSON object a line
                      [data/truth-SCENARIO.ndjson]
  --help              this text

Time
  Measurements carry simulated time, and none may lie in the future. A run of duration d at speed s is over after d/s on
  the clock on the wall; it begins at now - d * (1 - 1/s) in simulated time, catches up, and ends at now. At speed 1
  both are the same.
  Rules judge measured time, so they work at any speed. Silence and limits for people go by the clock on the wall.

What is there already is kept: areas and devices of the same id are taken over (a device gets a new secret), people
keep their passwords, other duties stay.
`;

async function simulate(args: string[], signal: AbortSignal): Promise<number> {
  const given = readOptions(args, {
    scenario: { type: 'string', default: 'quiet' },
    devices: { type: 'string', default: '200' },
    speed: { type: 'string', default: '1' },
    duration: { type: 'string' },
    history: { type: 'string', default: '26 h' },
    seed: { type: 'string', default: '1' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    login: { type: 'string', default: 'admin' },
    password: { type: 'string' },
    people: { type: 'string' },
    truth: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (given.help) {
    say(help);
    return 0;
  }
  const speed = positiveNumber('speed', given.speed);
  if (speed < 1) throw new SimulatorError(`--speed is "${given.speed}", but must be 1 or more.`);
  const endless = speed === 1 && given.duration === undefined;
  const durationMs = endless ? 3_650 * 86_400_000 : span('duration', given.duration ?? '2 h');
  const seed = wholeNumber('seed', given.seed, 0, 2 ** 31);
  const town = buildTown(wholeNumber('devices', given.devices, 1, maxDevices), seed);
  const scenario = loadScenario(given.scenario);
  const historyMs = span('history', given.history);
  const behaviours = loadBehaviours(join(import.meta.dirname, '../devices'));
  if (given.password === undefined)
    throw new SimulatorError(
      '--password is missing: the password of an administrator. A Tocsin that starts for the first time logs the one of "admin".',
    );
  const people = given.people ?? madeUpPassword();
  if (people.length < 10) throw new SimulatorError('--people must have at least 10 characters.');

  const api = new ApiClient(given.url);
  await api.signIn(given.login, given.password);
  say(`\n  ${bold(scenario.id)}  ${both(scenario.about)}\n`);
  const now = () => Date.now();
  const options = { town, behaviours, scenario, mqttUrl: given.mqtt, speed, durationMs, historyMs, seed, now };
  const known = new Set((await api.people()).map(({ login }) => login));
  const added = town.people.filter(({ login }) => !known.has(login));
  const fleet = await readyFleet(api, people, options, signal);
  try {
    const { incidents, time, finished } = fleet.start(signal);
    const truth = given.truth ?? join('data', `truth-${scenario.id}.ndjson`);
    mkdirSync(dirname(truth), { recursive: true });
    writeFileSync(truth, truthOf(incidents));
    const rows = incidents.map(({ incident, device, from }) => [
      new Date(from).toTimeString().slice(0, 8),
      both(incident.about),
      device.id,
      device.gridId,
      incident.expect.map(({ rule, severity }) => `${rule} ${severity}`).join(', ') || dim('no alarm of its own'),
    ]);
    say(rows.length > 0 ? `\n${table(rows)}\n` : '');
    if (added.length > 0) {
      say(`  ${bold('谁可以登录 Who can sign in')}  密码 password ${styled(['bold', 'green'], people)}`);
      sayLogins(town, added, incidents);
    } else {
      say(dim('  小城的人员早已登记，密码不变 The people of the town were here before, with the passwords they had.'));
    }
    say();
    say(`  ${dim(`注入的真实情况 The truth of it: ${truth}`)}`);
    say(
      `  ${dim(endless ? 'Ctrl-C ends it. 按 Ctrl-C 结束。' : `Over in ${Math.ceil(durationMs / speed / 1000)} s; Ctrl-C ends it sooner.`)}`,
    );
    const ticker = process.stdout.isTTY && setInterval(() => progress(fleet.counts, time.at(now())), 1_000);
    await finished;
    if (ticker) clearInterval(ticker);
  } finally {
    await fleet.close();
  }
  const { frames, samples, lost, commands } = fleet.counts;
  say(
    `\n  ${frames.toLocaleString('en')} frames with ${samples.toLocaleString('en')} samples acknowledged, ${lost} connections lost, ${commands} commands obeyed.`,
  );
  return 0;
}

function progress({ frames, samples }: { frames: number; samples: number }, at: number): void {
  const clock = new Date(at).toTimeString().slice(0, 8);
  process.stdout.write(`\r\u001b[2K  ${clock}  ${frames} frames, ${samples} samples`);
}

await run(simulate);
