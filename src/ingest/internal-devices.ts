import { internalDevices } from '../model/internal.ts';
import { createSecret } from './credentials.ts';
import type { KnownDevice, ReadDevices } from './known-devices.ts';

/** Tocsin's own devices as the door knows them, and their secrets by id. */
export interface InternalDevices {
  known: KnownDevice[];
  secrets: ReadonlyMap<string, string>;
}

/** Gives Tocsin's own devices credentials that hold until the next start and are written nowhere. */
export function createInternalDevices(): InternalDevices {
  const known: KnownDevice[] = [];
  const secrets = new Map<string, string>();
  for (const { id, type, gridId, state } of internalDevices) {
    const { secret, ...hashed } = createSecret();
    known.push({ id, type, gridId, state, ...hashed });
    secrets.set(id, secret);
  }
  return { known, secrets };
}

/** The devices of the town, and Tocsin's own. */
export function withInternal(town: ReadDevices, internal: readonly KnownDevice[]): ReadDevices {
  return async (ids) => [...(await town(ids)), ...internal];
}
