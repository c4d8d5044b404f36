import type { Text } from './text.ts';

/** One measured quantity of a device type. */
export interface Channel {
  /** Identifier used in payloads, rules and queries, for example `level`. */
  name: string;
  label: Text;
  /** UCUM unit in which values are stored, for example `cm`; `1` for counts, switches and states. */
  unit: string;
  /** A switch is stored as 0 or 1 and accepts `true` and `false`. */
  kind: 'number' | 'switch';
  /** Whether it says that something happens, as a button does, and not that it is so: on only in the sample that says it. */
  momentary?: boolean;
  /** What on and off are called for this switch, for example running and stopped; absent where on and off will do. */
  states?: { on: Text; off: Text };
  /** Physical range in `unit`; a value outside is quarantined, never judged. */
  min: number;
  max: number;
  /** Finer differences are the sensor's own noise, in `unit`: never unusual. Absent: a thousandth of its range. */
  resolution?: number;
  /** Whether the rolling baseline learns this channel. */
  baseline: boolean;
  /** Whether lives may hang on it, as on an SOS button: frames that name it are never shed, whatever the load. */
  lifeSafety?: boolean;
}
