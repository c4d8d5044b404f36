import { distinctUntilChanged, groupBy, map, merge, mergeMap, type Observable, Subject, scan, skip } from 'rxjs';
import { type Contender, limits } from './contender.ts';
import type { Reading } from './series.ts';

/** RxJS with the three rules, a group of operators for each series, windows in event time by `scan`. */
export class RxjsContender implements Contender {
  readonly #readings = new Subject<Reading>();
  changes = 0;

  constructor() {
    this.#readings
      .pipe(
        groupBy(({ series }) => series),
        mergeMap((one) => merge(high(one), mean(one), often(one))),
      )
      .subscribe(() => {
        this.changes++;
      });
  }

  take(reading: Reading): void {
    this.#readings.next(reading);
  }
}

/** Only changes of a state, and not that it is well at the beginning. */
const changesOf = (state: Observable<boolean>) => merge(state).pipe(distinctUntilChanged(), skip(1));

function high(readings: Observable<Reading>): Observable<boolean> {
  const begin = { since: null as number | null, active: false };
  return changesOf(
    readings.pipe(
      scan(({ since, active }, { at, value }) => {
        const held = value >= limits.highCm ? (since ?? at) : active && value >= limits.highClearCm ? since : null;
        return { since: held, active: held !== null && (active || at - held >= limits.highForMs) };
      }, begin),
      map(({ active }) => active),
    ),
  );
}

function mean(readings: Observable<Reading>): Observable<boolean> {
  return changesOf(
    readings.pipe(
      scan(
        (window, reading) => [...window.filter(({ at }) => at > reading.at - limits.meanOverMs), reading],
        [] as Reading[],
      ),
      map((window) => window.reduce((sum, { value }) => sum + value, 0) / window.length > limits.meanCm),
    ),
  );
}

function often(readings: Observable<Reading>): Observable<boolean> {
  return changesOf(
    readings.pipe(
      scan((last, { value }) => [...last.slice(1 - limits.nOf.of), value], [] as number[]),
      map((last) => last.filter((value) => value > limits.nOf.above).length >= limits.nOf.least),
    ),
  );
}
