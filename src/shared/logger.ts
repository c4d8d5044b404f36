import { isatty } from 'node:tty';
import { type Logger, pino } from 'pino';
import { isColorSupported, build as pretty } from 'pino-pretty';

export type { Logger };

/** Standard output, in any thread. */
const output = 1;

/**
 * Structured log to standard output. `room`, `device`, `type` (of a device), `code` (of the error catalogue) and `err`
 * mean the same in every line; `standsOut` is for what nobody may overlook on a terminal. Secrets never go in, but for
 * the first administrator's password, which nobody could know otherwise.
 * @param format `auto`: for people when standard output is a terminal, JSON otherwise
 */
export function createLogger(level: string, format: 'auto' | 'json' | 'pretty' = 'auto'): Logger {
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime };
  // A thread has no terminal of its own, so the file is asked, not process.stdout.
  if (format === 'json' || (format === 'auto' && !isatty(output))) return pino(options);
  const stream = pretty({
    colorize: isColorSupported,
    // Each thread writes its lines itself, whole and at once, as pino does with JSON.
    sync: true,
    destination: output,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,room,standsOut',
    singleLine: true,
    messageFormat: (line, key) => {
      if (line.standsOut) return framed(String(line[key]));
      return line.room ? `${line.room}: ${line[key]}` : String(line[key]);
    },
  });
  return pino(options, stream);
}

/** Set apart from the lines around it, without colours, which not every terminal has. */
function framed(text: string): string {
  const rule = '━'.repeat(72);
  return `\n\n${rule}\n\n  ${text}\n\n${rule}\n`;
}
