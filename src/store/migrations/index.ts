import type { Migration } from 'kysely/migration';
import * as m0001 from './0001-first.ts';

/** Every migration under its number, in order. One that has been released is never changed; add the next number. */
export const migrations: Record<string, Migration> = {
  '0001-first': m0001,
};
