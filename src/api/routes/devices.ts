import { z } from 'zod';
import { createSecret } from '../../ingest/credentials.ts';
import { type Areas, gridAt } from '../../response/areas.ts';
import { TocsinError } from '../../shared/errors.ts';
import { addFeed } from '../../store/feed.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import { devicesChanged } from '../announce.ts';
import { type Api, byId, limitUpTo } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Device, DeviceCredential, DevicePatch, NewDevice } from '../contract.ts';
import { findDevices } from '../queries/devices.ts';
import { gridsToSearch } from '../queries/grids-to-search.ts';
import { record } from '../record.ts';
import { typeOf, visibleDevice } from './find-device.ts';

const tags = ['devices'];

const DeviceQuery = z.object({
  grid: z.string().optional().describe('an area: devices in it and below'),
  type: z.string().optional(),
  q: z.string().max(120).optional().describe('part of the id or the name'),
  limit: limitUpTo(5000, 1000),
  cursor: z.string().optional().describe('id of the last device of the page before'),
});

export function deviceRoutes(api: Api, context: ApiContext): void {
  const { store, clock } = context;

  api.get(
    '/devices',
    {
      config: { may: 'device.read' },
      schema: { tags, summary: 'Devices, ordered by id', querystring: DeviceQuery, response: { 200: z.array(Device) } },
    },
    async (request) => {
      const { grid, type, q, limit, cursor } = request.query;
      const gridIds = await gridsToSearch(store, request.scope, grid);
      return await findDevices(store, { gridIds, type, q, limit, after: cursor });
    },
  );

  api.post(
    '/devices',
    {
      config: { may: 'device.write' },
      schema: {
        tags,
        summary: 'Add a device and get its credential',
        description: 'Without gridId it belongs to the grid that its place lies in. The secret is shown here, once.',
        body: NewDevice,
        response: { 201: DeviceCredential },
      },
    },
    async (request, reply) => {
      const { id, type, name, latitude, longitude, gridId } = request.body;
      typeOf(context, type);
      const { secret, ...hashed } = createSecret();
      const areas = await context.areas.now();
      await inTransaction(store, async (tx) => {
        const there = await tx.selectFrom('device').select('id').where('id', '=', id).executeTakeFirst();
        if (there) {
          throw new TocsinError(
            'CONFLICT',
            `There is a device ${id} already. For a new secret: POST /api/v1/devices/${id}/credential.`,
          );
        }
        const grid = gridFor(areas, gridId, latitude, longitude);
        const place = { id, type, name, latitude, longitude, gridId: grid };
        await tx
          .insertInto('device')
          .values({ ...place, ...hashed, state: 'active', createdAt: clock.now() })
          .execute();
        await addFeed(tx, { kind: 'device', ref: id, gridId: grid, at: clock.now() });
        await record(tx, context, caller(request), 'device.created', `device/${id}`, place);
      });
      await devicesChanged(context, [id]);
      return reply.code(201).send({ deviceId: id, secret });
    },
  );

  api.get(
    '/devices/:id',
    {
      config: { may: 'device.read' },
      schema: { tags, summary: 'One device', params: byId, response: { 200: Device } },
    },
    async (request) => await visibleDevice(store, request.params.id, request.scope),
  );

  api.patch(
    '/devices/:id',
    {
      config: { may: 'device.write' },
      schema: {
        tags,
        summary: 'Change a device',
        description:
          'A new place without gridId puts it into the grid of that place. A disabled device is disconnected.',
        params: byId,
        body: DevicePatch,
        response: { 200: Device },
      },
    },
    async (request) => {
      const { id } = request.params;
      const patch = request.body;
      const areas = await context.areas.now();
      await inTransaction(store, async (tx) => {
        const device = await visibleDevice(tx, id, request.scope);
        const moved = patch.latitude !== undefined || patch.longitude !== undefined;
        const { latitude, longitude } = { ...device, ...patch };
        const gridId =
          moved || patch.gridId !== undefined ? gridFor(areas, patch.gridId, latitude, longitude) : device.gridId;
        const changes = { ...patch, gridId };
        await tx.updateTable('device').set(changes).where('id', '=', id).execute();
        await addFeed(tx, { kind: 'device', ref: id, gridId, at: clock.now() });
        await record(tx, context, caller(request), 'device.changed', `device/${id}`, changes);
      });
      await devicesChanged(context, [id]);
      return await visibleDevice(store, id, request.scope);
    },
  );

  api.post(
    '/devices/:id/credential',
    {
      config: { may: 'device.write' },
      schema: {
        tags,
        summary: 'Give a device a new secret',
        description: 'The old one is void at once, and the device is disconnected. The secret is shown here, once.',
        params: byId,
        response: { 201: DeviceCredential },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { secret, ...hashed } = createSecret();
      await inTransaction(store, async (tx) => {
        await visibleDevice(tx, id, request.scope);
        await tx.updateTable('device').set(hashed).where('id', '=', id).execute();
        await record(tx, context, caller(request), 'device.credential-changed', `device/${id}`);
      });
      await devicesChanged(context, [id]);
      return reply.code(201).send({ deviceId: id, secret });
    },
  );
}

/** The grid a device belongs to: the one that was named, else the one that its place lies in. */
function gridFor(areas: Areas, named: string | undefined, latitude: number, longitude: number): string {
  if (named !== undefined) {
    if (areas.get(named)?.tier === 'grid') return named;
    throw new TocsinError('REQUEST_INVALID', `gridId: there is no grid ${named}. See GET /api/v1/areas.`);
  }
  const grid = gridAt(areas, latitude, longitude);
  if (grid) return grid.id;
  throw new TocsinError(
    'REQUEST_INVALID',
    `The place (latitude ${latitude}, longitude ${longitude}) lies in no grid. Check it (WGS-84), or give gridId.`,
    { latitude, longitude },
  );
}
