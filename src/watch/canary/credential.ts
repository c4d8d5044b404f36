import { createSecret } from '../../ingest/credentials.ts';
import type { KnownDevice, ReadDevices } from '../../ingest/known-devices.ts';
import { canaryDevice } from '../../model/internal.ts';

/** The canary's secret, and the devices that may come in: those of the town and the canary. */
export interface CanaryCredential {
  secret: string;
  devices: ReadDevices;
}

/** Makes the canary a credential that holds until the next start and is written nowhere. */
export function canaryCredential(town: ReadDevices): CanaryCredential {
  const { secret, ...hashed } = createSecret();
  const { id, type, gridId, state } = canaryDevice;
  const canary: KnownDevice = { id, type, gridId, state, ...hashed };
  return { secret, devices: async () => [...(await town()), canary] };
}
