import type { Settings } from '../settings/schema.ts';
import { connectionsThatFit } from './open-files.ts';

/** The system deals connections to processes by chance, so that some get more than their share. Percent. */
const ROOM = 110;
const MOST_PROCESSES = 64;

/** How the connections of devices are spread. */
export interface Shares {
  /** Processes that devices come in at; 1 is the main process itself. */
  processes: number;
  /** Connections that each takes. */
  each: number;
}

/** As `mqtt.processes` says, or as many as the limit of open files asks for. */
export function sharesOf(
  { maxConnections, processes }: Pick<Settings['mqtt'], 'maxConnections' | 'processes'>,
  fitting = connectionsThatFit(),
): Shares {
  if (processes === 1 || (processes === 0 && maxConnections <= fitting)) {
    return { processes: 1, each: Math.min(maxConnections, fitting) };
  }
  const places = (maxConnections * ROOM) / 100;
  const count = processes === 0 ? Math.min(Math.ceil(places / fitting), MOST_PROCESSES) : processes;
  return { processes: count, each: Math.min(Math.ceil(places / count), fitting) };
}
