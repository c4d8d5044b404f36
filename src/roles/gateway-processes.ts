import { setTimeout as sleep } from 'node:timers/promises';
import type { SendCommand } from '../ingest/commands.ts';
import type { DoorParts } from '../ingest/door-parts.ts';
import { type MqttDoor, type OpenDoor, openMqttDoor } from '../ingest/mqtt-door.ts';
import { probePorts } from '../ingest/probe-ports.ts';
import { type Shares, sharesOf } from '../ingest/shares.ts';
import { internalDevices } from '../model/internal.ts';
import type { Settings } from '../settings/schema.ts';
import { TocsinError } from '../shared/errors.ts';
import type { GatewayStart } from './gateway-messages.ts';
import { type GatewayRun, startGatewayRun } from './gateway-run.ts';

/** Milliseconds before a process that has ended is started again; twice as long each time, until it has run for a minute. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const GOOD_RUN_MS = 60_000;

/** Opens the MQTT door as the settings ask for: in this process, or in several. */
export function mqttDoor(settings: Settings): OpenDoor {
  const shares = sharesOf(settings.mqtt);
  const { mqtt } = settings;
  const shared: Settings = { ...settings, mqtt: { ...mqtt, maxConnections: shares.each } };
  if (shares.processes === 1) return (parts) => openMqttDoor({ ...parts, settings: shared });
  return (parts) => new GatewayProcesses(parts, shared, shares).open();
}

/**
 * The door in several processes, which all listen on the same ports; the system gives each new connection to one of
 * them. A process that ends is started again, and its devices come back at the others meanwhile.
 */
class GatewayProcesses {
  readonly #parts: DoorParts;
  readonly #shares: Shares;
  readonly #start: GatewayStart;
  readonly #runs = new Set<GatewayRun>();
  /** Of each process that is being started: the devices that changed meanwhile, which it may have read before. */
  readonly #starting = new Set<Set<string>>();
  readonly #closing = new AbortController();
  readonly #kept: Promise<void>[] = [];

  constructor(parts: DoorParts, settings: Settings, shares: Shares) {
    this.#parts = parts;
    this.#shares = shares;
    const internal = internalDevices.flatMap(({ id }) => parts.devices.get(id) ?? []);
    this.#start = { settings, partitions: parts.journal.partitions, internal };
  }

  async open(): Promise<MqttDoor> {
    const { settings } = this.#start;
    const { log } = this.#parts;
    await probePorts(settings.mqtt);
    const first = this.#run();
    // The others take the ports that the system has chosen for the first; until then they load what they need.
    const known = first.then(({ ports }) => {
      this.#start.settings = { ...settings, mqtt: withPorts(settings.mqtt, ports) };
    });
    const others = Array.from({ length: this.#shares.processes - 1 }, () => this.#run(known));
    const started = await Promise.allSettled([first, ...others]);
    const failed = started.find((result) => result.status === 'rejected');
    if (failed) {
      await Promise.all([...this.#runs].map((run) => run.stop()));
      throw failed.reason;
    }
    const { ports } = await first;
    for (const run of this.#runs) this.#kept.push(this.#keep(run));
    const pids = [...this.#runs].map(({ pid }) => pid);
    log.info({ processes: pids, connections: this.#shares.each }, 'devices come in at several processes');
    return {
      ports,
      sendCommand: this.#sendCommand,
      devicesChanged: (ids) => this.#devicesChanged(ids),
      isConnected: async (deviceId) => (await this.#each(({ remote }) => remote.isConnected(deviceId))).includes(true),
      metricsElsewhere: () =>
        [...this.#runs].map(
          ({ remote }) =>
            () =>
              remote.metrics(),
        ),
      troubles: () => this.#troubles(),
      close: () => this.#close(),
    };
  }

  /** @param ready when it may open its door */
  async #run(ready?: Promise<void>): Promise<GatewayRun> {
    const start = async () => {
      await ready;
      return this.#start;
    };
    const changed = new Set<string>();
    this.#starting.add(changed);
    let run: GatewayRun | null = null;
    const starting = startGatewayRun(start, this.#parts.journal, async (clients) => {
      const others = [...this.#runs].filter((other) => other !== run);
      // One that has ended has no connections.
      const left = await Promise.allSettled(others.map(({ remote }) => remote.leave(clients)));
      return left.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    });
    try {
      run = await starting;
      while (changed.size > 0) await this.#tell(run, changed);
      this.#runs.add(run);
      return run;
    } finally {
      this.#starting.delete(changed);
    }
  }

  async #devicesChanged(ids: readonly string[]): Promise<void> {
    for (const changed of this.#starting) for (const id of ids) changed.add(id);
    await this.#each(({ remote }) => remote.devicesChanged(ids));
  }

  /** Tells a process what changed while it started. What it cannot read now it reads with what changes next. */
  async #tell({ remote, pid }: GatewayRun, changed: Set<string>): Promise<void> {
    const ids = [...changed];
    changed.clear();
    await remote.devicesChanged(ids).catch((error) => {
      this.#parts.log.error({ err: error, process: pid }, 'a gateway process was not told which devices changed');
    });
  }

  /** Starts a process again whenever it ends. */
  async #keep(first: GatewayRun): Promise<void> {
    const { log, clock } = this.#parts;
    const { signal } = this.#closing;
    let run: GatewayRun | null = first;
    let pauseMs = FIRST_PAUSE_MS;
    while (run) {
      const since = clock.now();
      const why = await run.ended;
      this.#runs.delete(run);
      if (signal.aborted) return;
      if (clock.now() - since >= GOOD_RUN_MS) pauseMs = FIRST_PAUSE_MS;
      log.error({ process: run.pid, pauseMs }, `a gateway process ended (${why}); it is started again`);
      run = null;
      while (!run && !signal.aborted) {
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
        if (signal.aborted) return;
        run = await this.#run().catch((error) => {
          log.error({ err: error, pauseMs }, 'a gateway process did not start; it is tried again');
          return null;
        });
      }
      if (signal.aborted) await run?.stop();
      else if (run) log.info({ process: run.pid }, 'a gateway process was started again');
    }
  }

  #sendCommand: SendCommand = async (deviceId, command) => {
    const results = await Promise.allSettled(
      [...this.#runs].map(({ remote }) => remote.sendCommand(deviceId, command)),
    );
    if (results.some(({ status }) => status === 'fulfilled')) return;
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    const known = reasons.filter((reason): reason is TocsinError => reason instanceof TocsinError);
    // Where it does not listen it cannot be reached; that it has too much waiting at another one says more.
    const telling = known.find(({ code }) => code !== 'DEVICE_UNREACHABLE') ?? known[0];
    const text = `The gateway process that has device ${deviceId} is being started again; send the command again.`;
    throw telling ?? new TocsinError('DEVICE_UNREACHABLE', text);
  };

  /** Asks every process. One that ends meanwhile is left out: it starts with what it would be told. */
  async #each<T>(ask: (run: GatewayRun) => Promise<T>): Promise<T[]> {
    const runs = [...this.#runs];
    const answers = await Promise.all(
      runs.map(async (run) => {
        try {
          return [await ask(run)];
        } catch (error) {
          if (this.#runs.has(run)) throw error;
          return [];
        }
      }),
    );
    return answers.flat();
  }

  #troubles() {
    const down = this.#shares.processes - this.#runs.size;
    const own = [...this.#runs].flatMap((run) => run.troubles());
    if (down === 0 || this.#closing.signal.aborted) return own;
    const detail = { down, processes: this.#shares.processes };
    return [
      { code: 'GATEWAY_DOWN', severity: down < this.#shares.processes ? 'orange' : 'red', detail } as const,
      ...own,
    ];
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#runs].map((run) => run.stop()));
    await Promise.all(this.#kept);
  }
}

function withPorts(mqtt: Settings['mqtt'], ports: { mqtt: number; mqtts?: number; ws?: number; wss?: number }) {
  return {
    ...mqtt,
    port: ports.mqtt,
    tls: { ...mqtt.tls, port: ports.mqtts },
    ws: { port: ports.ws },
    wss: { port: ports.wss },
  };
}
