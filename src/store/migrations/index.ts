import type { Migration } from 'kysely/migration';
import * as m0001 from './0001-first.ts';
import * as m0002 from './0002-replays.ts';
import * as m0003 from './0003-watch.ts';
import * as m0004 from './0004-telemetry-windows.ts';
import * as m0005 from './0005-state-offsets.ts';
import * as m0006 from './0006-rule-versions.ts';
import * as m0007 from './0007-shadow-alarms.ts';
import * as m0008 from './0008-baseline-words.ts';

/** Every migration under its number, in order. One that has been released is never changed; add the next number. */
export const migrations: Record<string, Migration> = {
  '0001-first': m0001,
  '0002-replays': m0002,
  '0003-watch': m0003,
  '0004-telemetry-windows': m0004,
  '0005-state-offsets': m0005,
  '0006-rule-versions': m0006,
  '0007-shadow-alarms': m0007,
  '0008-baseline-words': m0008,
};
