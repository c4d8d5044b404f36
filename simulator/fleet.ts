import { setTimeout as sleep } from 'node:timers/promises';
import type { TypeBehaviour } from './behaviour.ts';
import { Connection, type ConnectionCounts } from './connection.ts';
import { DeviceRun } from './device-run.ts';
import { inParallel } from './in-parallel.ts';
import { type DeviceIncident, placeIncidents } from './incident.ts';
import { batches, payloadOf } from './payload.ts';
import type { Scenario } from './scenario.ts';
import { SimulatedDevice } from './simulated-device.ts';
import { SimulatedTime, startOf } from './simulated-time.ts';
import { SimulatorError } from './simulator-error.ts';
import type { Town } from './town.ts';

/** One process and its open files carry so many connections well; more devices take more processes. */
export const maxDevices = 10_000;
/** Connecting, and uploading the past, of so many devices at once. */
const width = 40;
/** Of the past only this much is there report by report; before it, fewer tell what is normal. */
const recentMs = 40 * 60_000;
/** A device that was held up sends what it has stored in frames of this size. */
const maxStored = 300;

export interface FleetOptions {
  town: Town;
  behaviours: ReadonlyMap<string, TypeBehaviour>;
  scenario: Scenario;
  mqttUrl: string;
  /** Device id → secret. */
  secrets: ReadonlyMap<string, string>;
  speed: number;
  /** Simulated milliseconds; the run ends then, or by its signal. */
  durationMs: number;
  /** How much of the past each device uploads before the scenario begins. */
  historyMs: number;
  seed: number;
  now: () => number;
}

/** All devices of a town, each on its own connection. */
export class Fleet {
  readonly counts: ConnectionCounts = { frames: 0, samples: 0, lost: 0, commands: 0 };
  readonly #options: FleetOptions;
  readonly #members: { run: DeviceRun; connection: Connection }[] = [];
  #past = Number.NaN;
  #time: SimulatedTime | null = null;

  constructor(options: FleetOptions) {
    const { devices } = options.town;
    if (devices.length > maxDevices) {
      throw new SimulatorError(
        `One simulator runs at most ${maxDevices} devices, not ${devices.length}. Start several, each with its own --seed.`,
      );
    }
    this.#options = options;
  }

  /** Connects every device. */
  async connect(onProgress: (connected: number) => void = () => {}): Promise<void> {
    const { town, behaviours, secrets, mqttUrl, seed, now, historyMs, speed, durationMs } = this.#options;
    this.#past = startOf(now(), speed, durationMs);
    await inParallel(town.devices, width, async (place) => {
      const behaviour = behaviours.get(place.type);
      if (!behaviour) throw new SimulatorError(`devices/${place.type} has no simulator.yaml`);
      const secret = secrets.get(place.id);
      if (secret === undefined) throw new SimulatorError(`${place.id} has no secret`);
      const device = new SimulatedDevice(place.id, behaviour, place, seed);
      const run = new DeviceRun(device, this.#past - historyMs, seed);
      const connection = await Connection.open(mqttUrl, place.id, secret, this.counts, (command) => {
        // It reports at once what it did.
        const changes = device.command(command);
        const report = { time: Math.round(this.#time?.at(now()) ?? now()), ...changes };
        if (Object.keys(changes).length > 0) connection.publish(payloadOf([report]), 1).catch(() => this.counts.lost++);
      });
      this.#members.push({ run, connection });
      onProgress(this.#members.length);
    });
  }

  /** Uploads each device's past up to shortly before the scenario, as the batches that a device sends after a time without link. */
  async uploadPast(onProgress: (devices: number) => void = () => {}): Promise<void> {
    let done = 0;
    await inParallel(this.#members, width, async ({ run, connection }) => {
      for (const batch of batches(run.sparse(this.#past - recentMs))) {
        await connection.publish(payloadOf(batch), batch.length);
      }
      onProgress(++done);
    });
  }

  /**
   * Begins the scenario, now.
   * @returns its incidents at their places and times, and a promise of its end.
   */
  start(signal: AbortSignal): { incidents: DeviceIncident[]; time: SimulatedTime; finished: Promise<void> } {
    const { town, scenario, speed, durationMs, now } = this.#options;
    const time = new SimulatedTime(now(), speed, durationMs);
    this.#time = time;
    const incidents = placeIncidents(scenario, town, time.startedAt);
    const until = time.startedAt + durationMs;
    const work = this.#members.map(async ({ run, connection }) => {
      run.meet(incidents.filter(({ device }) => device.id === run.device.id));
      for (const batch of batches(run.due(time.startedAt))) await connection.publish(payloadOf(batch), batch.length);
      await this.#live(run, connection, time, until, signal);
    });
    // The end does not wait for a service that has gone away.
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return { incidents, time, finished: Promise.race([Promise.all(work).then(() => {}), ended]) };
  }

  async #live(run: DeviceRun, connection: Connection, time: SimulatedTime, until: number, signal: AbortSignal) {
    const { now } = this.#options;
    while (!signal.aborted && run.next <= until) {
      const wait = time.untilReal(run.next, now());
      // A timer holds at most 2^31 ms.
      if (wait > 0) await sleep(Math.min(wait, 2_000_000_000), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const reports = [...run.due(Math.min(until, time.at(now())), maxStored)];
      if (reports.length > 0) await connection.publish(payloadOf(reports), reports.length);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ connection }) => connection.close()));
  }
}
