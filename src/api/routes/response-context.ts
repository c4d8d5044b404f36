import type { ResponseContext } from '../../response/context.ts';
import type { ApiContext } from '../context.ts';

/** What the response needs for a deed on one case: of all devices only the one whose alarm it answers. */
export async function responseContextFor(context: ApiContext, caseId: string): Promise<ResponseContext> {
  const { store, deviceTypes, settings } = context;
  const device = await store
    .selectFrom('workCase')
    .innerJoin('alarm', 'alarm.id', 'workCase.alarmId')
    .innerJoin('device', 'device.id', 'alarm.deviceId')
    .select(['device.id', 'device.type', 'device.name', 'device.latitude', 'device.longitude'])
    .select(['device.gridId', 'device.state'])
    .where('workCase.id', '=', caseId)
    .executeTakeFirst();
  return {
    areas: await context.areas.now(),
    deviceById: (id) => (device?.id === id ? device : undefined),
    deviceTypes,
    settings,
  };
}
