import { Random } from './random.ts';
import type { Effect, Incident, Scenario } from './scenario.ts';
import type { Values } from './simulated-device.ts';
import { SimulatorError } from './simulator-error.ts';
import type { Town, TownDevice } from './town.ts';

/** An incident at its place and time: it bends what one device measures. */
export class DeviceIncident {
  readonly scenario: string;
  readonly incident: Incident;
  readonly device: TownDevice;
  /** Milliseconds since the epoch; `to` is its end, before the recovery. */
  readonly from: number;
  readonly to: number;
  readonly #random: Random;

  constructor(scenario: string, incident: Incident, device: TownDevice, startedAt: number) {
    this.scenario = scenario;
    this.incident = incident;
    this.device = device;
    this.from = startedAt + incident.starts;
    this.to = this.from + incident.lasts;
    this.#random = new Random(scenario, incident.id);
  }

  /** How often the device reports at a moment, or null when as usual. */
  reportMs(at: number): number | null {
    return this.#touches(at) ? (this.incident.report ?? null) : null;
  }

  /** Switches that it holds at a moment: what depends on them follows. */
  heldSwitches(at: number): Values {
    const held: Values = {};
    for (const [name, effect] of Object.entries(this.incident.effects)) {
      if ('hold' in effect && typeof effect.hold === 'boolean' && this.#holds(effect, at)) held[name] = effect.hold;
    }
    return held;
  }

  /** Bends what the device would measure. */
  apply(at: number, values: Values): void {
    if (!this.#touches(at)) return;
    for (const [name, effect] of Object.entries(this.incident.effects)) {
      if ('hold' in effect) {
        if (this.#holds(effect, at)) values[name] = effect.hold;
        continue;
      }
      const share = this.#share(effect, at);
      const usual = values[name];
      if (share === 0 || typeof usual !== 'number') continue;
      const bent = usual + (effect.to - usual) * share + this.#random.normal() * effect.noise * share;
      // A number is written with the digits that its sensor has.
      values[name] = Number(bent.toFixed(Number.isInteger(usual) && Number.isInteger(effect.to) ? 0 : 2));
    }
  }

  #touches(at: number): boolean {
    return at >= this.from && at < this.to + this.incident.recovers;
  }

  #holds(effect: Extract<Effect, { hold: unknown }>, at: number): boolean {
    const begins = this.from + effect.after;
    const ends = effect.for === undefined ? this.to : Math.min(this.to, begins + effect.for);
    return at >= begins && at < ends;
  }

  /** How far the number has gone: 0 as usual, 1 at its value. */
  #share(effect: Extract<Effect, { to: number }>, at: number): number {
    const { recovers } = this.incident;
    const up = (time: number) => Math.max(0, Math.min(1, (time - this.from - effect.after) / Math.max(1, effect.over)));
    if (at < this.to) return up(at);
    return recovers === 0 ? 0 : up(this.to) * (1 - (at - this.to) / recovers);
  }
}

/**
 * Places a scenario's incidents in a town.
 * @param startedAt when the scenario begins, milliseconds since the epoch.
 * @throws SimulatorError when the town has no device of a type that the scenario needs.
 */
export function placeIncidents(scenario: Scenario, town: Town, startedAt: number): DeviceIncident[] {
  return scenario.incidents.map((incident) => {
    const ofType = town.devices.filter(({ type }) => type === incident.type);
    const grid = town.grids[(incident.grid - 1) % town.grids.length]!.id;
    const inGrid = ofType.filter(({ gridId }) => gridId === grid);
    // In a small town the place may be another one, but the thing happens.
    const choice = inGrid.length > 0 ? inGrid : ofType;
    const device = choice[(incident.device - 1) % Math.max(1, choice.length)];
    if (device) return new DeviceIncident(scenario.id, incident, device, startedAt);
    throw new SimulatorError(
      `Scenario ${scenario.id} needs a device of type ${incident.type}, and this town has none. Give it more --devices.`,
    );
  });
}
