import type { DeviceType } from '../../model/device-type.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { isVisible, type Scope } from '../access/scope.ts';
import type { ApiContext } from '../context.ts';
import type { Device } from '../contract.ts';
import { findDevices } from '../queries/devices.ts';

/** @throws TocsinError NOT_FOUND, also when it stands where the caller sees nothing. */
export async function visibleDevice(db: StoreOrTransaction, id: string, scope: Scope): Promise<Device> {
  const [device] = await findDevices(db, { ids: [id] });
  if (!device || !isVisible(scope, device.gridId)) throw new TocsinError('NOT_FOUND', `There is no device ${id}.`);
  return device;
}

/** @throws TocsinError DEVICE_TYPE_UNKNOWN that names those there are. */
export function typeOf(context: ApiContext, id: string): DeviceType {
  const type = context.deviceTypes.get(id);
  if (type) return type;
  const known = [...context.deviceTypes.keys()].join(', ');
  throw new TocsinError('DEVICE_TYPE_UNKNOWN', `There is no device type ${id}. There are: ${known}.`);
}
