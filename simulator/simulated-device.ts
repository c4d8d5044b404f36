import type { LevelBehaviour, Quantity, TypeBehaviour } from './behaviour.ts';
import { Random } from './random.ts';

/** Values of one report, as they go into the payload. */
export type Values = Record<string, number | boolean>;

/** The town lives by Beijing time. */
const townOffsetMs = 8 * 3_600_000;
const dayMs = 86_400_000;

/**
 * One device as nature has it: what it would measure at a moment when nothing is wrong. It is asked for moments in
 * their order; the same seed and the same moments give the same values.
 */
export class SimulatedDevice {
  readonly id: string;
  readonly type: string;
  readonly #behaviour: TypeBehaviour;
  readonly #place: { latitude: number; longitude: number };
  readonly #random: Random;
  /** How this one differs from others of its type, and where its drifts are, by channel. */
  readonly #own = new Map<string, { shift: number; walk: number }>();
  /** Switches that were set by a command. */
  readonly #set: Values = {};
  #lastAt = Number.NaN;

  constructor(id: string, behaviour: TypeBehaviour, place: { latitude: number; longitude: number }, seed: number) {
    this.id = id;
    this.type = behaviour.type;
    this.#behaviour = behaviour;
    this.#place = place;
    this.#random = new Random(seed, id);
    for (const [name, channel] of Object.entries(behaviour.channels)) {
      const jitter = 'jitter' in channel ? channel.jitter : 0;
      const spread = 'spread' in channel ? channel.spread : 0;
      this.#own.set(name, { shift: this.#random.between(-1, 1) * (spread || jitter), walk: this.#random.normal() });
      const during = 'while' in channel ? channel.while : undefined;
      const shift = this.#random.between(-1, 1) * (during?.spread ?? 0);
      if (during) this.#own.set(`${name}/while`, { shift, walk: this.#random.normal() });
    }
  }

  get periodMs(): number {
    return this.#behaviour.periodMs;
  }

  /** Does what a command says. @returns the channels that changed; empty for a command that it does not know. */
  command(name: string): Values {
    const changes = Object.hasOwn(this.#behaviour.commands, name) ? this.#behaviour.commands[name]! : {};
    Object.assign(this.#set, changes);
    return changes;
  }

  /** What it measures at a moment, milliseconds since the epoch, given the switches that an incident holds. */
  measure(at: number, held: Values = {}): Values {
    const sinceMs = Number.isNaN(this.#lastAt) ? this.periodMs : at - this.#lastAt;
    this.#lastAt = at;
    const minute = ((((at + townOffsetMs) % dayMs) + dayMs) % dayMs) / 60_000;
    const values: Values = {};
    const channels = Object.entries(this.#behaviour.channels);
    // Switches first: numbers may depend on them.
    for (const [name, channel] of channels) {
      if ('always' in channel) values[name] = this.#set[name] ?? channel.always;
      else if ('hours' in channel) values[name] = this.#set[name] ?? this.#open(name, channel.hours, minute);
    }
    for (const [name, channel] of channels)
      if ('like' in channel) values[name] = held[channel.like] ?? values[channel.like]!;
    for (const name in held) if (name in values) values[name] = held[name]!;
    for (const [name, channel] of channels) {
      if ('place' in channel)
        values[name] = round(this.#place[channel.place] + this.#random.normal() * channel.noise, channel.decimals);
      else if ('decimals' in channel) values[name] = this.#quantity(name, channel, minute, sinceMs, values);
    }
    return values;
  }

  #open(name: string, hours: readonly [number, number][], minute: number): boolean {
    const shifted = minute + this.#own.get(name)!.shift / 60_000;
    return hours.some(([from, to]) => shifted >= from && shifted < to);
  }

  #quantity(name: string, channel: Quantity, minute: number, sinceMs: number, values: Values): number {
    const during = channel.while && values[channel.while.channel] === true;
    // Both drifts go on, so that a switch going on or off changes nothing else.
    const usual = this.#level(name, channel, minute, sinceMs);
    const special = channel.while ? this.#level(`${name}/while`, channel.while, minute, sinceMs) : 0;
    let value = during ? special : usual;
    if (channel.perHour) value = Math.floor((value * sinceMs) / 3_600_000 + this.#random.next());
    return round(Math.min(channel.max ?? Number.POSITIVE_INFINITY, Math.max(channel.min, value)), channel.decimals);
  }

  #level(name: string, level: LevelBehaviour, minute: number, sinceMs: number): number {
    const own = this.#own.get(name)!;
    let value = (level.curve ? along(level.curve, minute) : level.mean!) + own.shift;
    if (level.walk) {
      // A walk that forgets (Ornstein-Uhlenbeck), kept within three deviations.
      const keeps = Math.exp(-sinceMs / level.walk.over);
      own.walk = own.walk * keeps + Math.sqrt(1 - keeps * keeps) * this.#random.normal();
      own.walk = Math.max(-3, Math.min(3, own.walk));
      value += own.walk * level.walk.deviation;
    }
    return value + this.#random.normal() * level.noise;
  }
}

function along(curve: readonly { minute: number; value: number }[], minute: number): number {
  const next = curve.findIndex((point) => point.minute > minute);
  if (next === -1) return curve.at(-1)!.value;
  if (next === 0) return curve[0]!.value;
  const [a, b] = [curve[next - 1]!, curve[next]!];
  return a.value + ((b.value - a.value) * (minute - a.minute)) / (b.minute - a.minute);
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) + 0;
}
