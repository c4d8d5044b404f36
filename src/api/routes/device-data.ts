import { z } from 'zod';
import { checkCommand } from '../../devices/check-command.ts';
import { TocsinError } from '../../shared/errors.ts';
import { caller } from '../access/authenticate.ts';
import { type Api, byId, time } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { CommandSent, DeviceCommand, LatestValue, Series } from '../contract.ts';
import { record } from '../record.ts';
import { findLatest } from '../series/find-latest.ts';
import { findSeries } from '../series/find-series.ts';
import { typeOf, visibleDevice } from './find-device.ts';

const tags = ['devices'];
const dayMs = 86_400_000;

const SeriesQuery = z.object({
  channel: z.string(),
  from: time.optional().describe('measured time in milliseconds; a day before `to` when left out'),
  to: time.optional().describe('exclusive; now when left out'),
  points: z.coerce.number().int().min(1).max(2000).default(300).describe('steps at most'),
});

/** What a device measures, and what it is told. */
export function deviceDataRoutes(api: Api, context: ApiContext): void {
  const { store, clock, gateway } = context;

  api.get(
    '/devices/:id/latest',
    {
      config: { may: 'reading.read' },
      schema: {
        tags,
        summary: 'The newest value of each channel',
        params: byId,
        response: { 200: z.array(LatestValue) },
      },
    },
    async (request) => {
      const device = await visibleDevice(store, request.params.id, request.scope);
      return await findLatest(context, device, typeOf(context, device.type));
    },
  );

  api.get(
    '/devices/:id/series',
    {
      config: { may: 'reading.read' },
      schema: {
        tags,
        summary: 'One channel over time, with its normal band and the limits of its rules',
        params: byId,
        querystring: SeriesQuery,
        response: { 200: Series },
      },
    },
    async (request) => {
      const { channel: name, points } = request.query;
      const device = await visibleDevice(store, request.params.id, request.scope);
      const type = typeOf(context, device.type);
      const channel = type.channelByName.get(name);
      if (!channel) {
        const known = type.channels.map((one) => one.name).join(', ');
        throw new TocsinError('CHANNEL_UNKNOWN', `A ${type.id} has no channel ${name}. It has: ${known}.`);
      }
      const to = request.query.to ?? clock.now();
      const from = request.query.from ?? to - dayMs;
      if (from >= to) throw new TocsinError('REQUEST_INVALID', 'query.from: must be before query.to.');
      return await findSeries(context, { device, channel, from, to, points });
    },
  );

  api.post(
    '/devices/:id/commands',
    {
      config: { may: 'device.command' },
      schema: {
        tags,
        summary: 'Tell a device to do something',
        description:
          'One of the commands that the device type has (`GET /device-types`). Published as JSON on tocsin/v1/{id}/down with QoS 1.',
        params: byId,
        body: DeviceCommand,
        response: { 202: CommandSent },
      },
    },
    async (request, reply) => {
      const device = await visibleDevice(store, request.params.id, request.scope);
      checkCommand(typeOf(context, device.type), request.body.command, request.body.arguments);
      const connected = await gateway.isConnected(device.id);
      await gateway.sendCommand(device.id, request.body);
      await record(store, context, caller(request), 'device.commanded', `device/${device.id}`, request.body);
      return reply.code(202).send({ connected });
    },
  );
}
