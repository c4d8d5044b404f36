import { quoted } from '../../devices/problems.ts';
import { deviceTime } from '../../devices/time.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { DataOptions } from './data-options.ts';
import type { DataReport } from './data-report.ts';
import { TimeReader } from './read-time.ts';

const allowed =
  'allowed are 2021-07-20T08:00:00+08:00, 2021-07-20 08:00:00 or 20.7.2021 8:00 with --zone, seconds or milliseconds since 1970';

/** The two clocks of a line. */
export interface Moment {
  measuredAt: number;
  receivedAt: number;
}

/** Reads the times of lines, and notes what is wrong with them. */
export class Moments {
  readonly #reader: TimeReader;
  readonly #options: DataOptions;
  readonly #report: DataReport;

  constructor(options: DataOptions, report: DataReport) {
    this.#reader = new TimeReader(options.zone, options.dates);
    this.#options = options;
    this.#report = report;
  }

  /**
   * @returns milliseconds since the epoch; null with a problem noted.
   * @throws TocsinError DATA_INVALID for a time without a zone, or of which nobody can say which part is the month:
   *   there is never one alone.
   */
  read(what: string, text: unknown, line: number): number | null {
    const at = typeof text === 'string' || typeof text === 'number' ? this.#reader.read(text) : 'no-time';
    if (typeof at === 'number') return at;
    const found = `${what} is ${quoted(text)}`;
    if (at === 'no-zone') throw unclear(line, found, 'without a zone: say with --zone +08:00 which one is meant');
    if (at === 'no-order')
      throw unclear(
        line,
        found,
        'and may begin with the day or the month: say --dates day-first or --dates month-first',
      );
    const why = at === 'left-out' ? 'clocks were set forward over this time' : allowed;
    this.#report.problems.add(line, 'TIME_INVALID', `${found}; ${why}.`);
    return null;
  }

  /** Both clocks of a line; without a received time it is history, which came in as it was measured. */
  of(time: unknown, received: unknown, line: number): Moment | null {
    const measuredAt = this.read('The time', time, line);
    if (measuredAt === null) return null;
    if (received === undefined || received === null || received === '') return { measuredAt, receivedAt: measuredAt };
    const receivedAt = this.read('The received time', received, line);
    if (receivedAt === null) return null;
    this.#report.hasReceived = true;
    const { problem } = deviceTime(measuredAt, receivedAt, this.#options.limits);
    if (problem === null) return { measuredAt, receivedAt };
    this.#report.problems.add(line, problem.code, problem.reason);
    // A clock that is off says nothing about when it was measured.
    return { measuredAt: receivedAt, receivedAt };
  }
}

function unclear(line: number, found: string, why: string): TocsinError {
  const sentence = `${found.charAt(0).toLowerCase()}${found.slice(1)}`;
  return new TocsinError('DATA_INVALID', `Line ${line}: ${sentence}, ${why}.`);
}
