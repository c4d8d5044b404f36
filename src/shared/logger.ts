import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Structured log to standard output, one JSON object a line. `room`, `device`, `type` (of a device), `code` (of the
 * error catalogue) and `err` mean the same in every line. Secrets never go in.
 */
export function createLogger(level: string): Logger {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
}
