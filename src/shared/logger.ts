import { type Logger, pino } from 'pino';

export type { Logger };

/**
 * Structured log to standard output, one JSON object a line. Keys in use: `room`, `device`, `type`, `rule`, `alarm`,
 * `case`, `code`, `ms`. Secrets never go in.
 */
export function createLogger(level: string): Logger {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
}
