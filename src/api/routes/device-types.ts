import { z } from 'zod';
import { type Api, byId } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { DeviceType } from '../contract.ts';
import { typeOf } from './find-device.ts';

const tags = ['device types'];

export function deviceTypeRoutes(api: Api, context: ApiContext): void {
  const { deviceTypes } = context;

  api.get(
    '/device-types',
    {
      config: { may: 'device-type.read' },
      schema: {
        tags,
        summary: 'Every type of device, with channels and rules',
        response: { 200: z.array(DeviceType) },
      },
    },
    async () => [...deviceTypes.values()],
  );

  api.get(
    '/device-types/:id',
    {
      config: { may: 'device-type.read' },
      schema: { tags, summary: 'One type of device', params: byId, response: { 200: DeviceType } },
    },
    async (request) => typeOf(context, request.params.id),
  );
}
