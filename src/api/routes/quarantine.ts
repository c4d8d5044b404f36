import { z } from 'zod';
import { TocsinError } from '../../shared/errors.ts';
import { type Api, limitUpTo } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { QuarantineCount, QuarantinedFrame, QuarantinedFrameDetail } from '../contract.ts';
import { countQuarantined, findQuarantined, findQuarantinedFrame } from '../queries/quarantine.ts';

const tags = ['quarantine'];

export function quarantineRoutes(api: Api, context: ApiContext): void {
  const { store } = context;

  api.get(
    '/quarantine',
    {
      config: { may: 'quarantine.read' },
      schema: {
        tags,
        summary: 'Frames that could not be judged, the newest first',
        querystring: z.object({
          device: z.string().optional(),
          code: z.string().optional(),
          before: z.coerce.number().int().optional().describe('id of the last one of the page before'),
          limit: limitUpTo(1000, 100),
        }),
        response: { 200: z.array(QuarantinedFrame) },
      },
    },
    async (request) => {
      const { device, ...rest } = request.query;
      return await findQuarantined(store, { deviceId: device, ...rest });
    },
  );

  api.get(
    '/quarantine/counts',
    {
      config: { may: 'quarantine.read' },
      schema: {
        tags,
        summary: 'How many frames went to quarantine, by device and reason, the last that did first',
        querystring: z.object({ device: z.string().optional(), limit: limitUpTo(1000, 200) }),
        response: { 200: z.array(QuarantineCount) },
      },
    },
    async (request) => {
      const { device, limit } = request.query;
      return await countQuarantined(store, { deviceId: device, limit });
    },
  );

  api.get(
    '/quarantine/:id',
    {
      config: { may: 'quarantine.read' },
      schema: {
        tags,
        summary: 'One of them with its payload',
        params: z.object({ id: z.coerce.number().int() }),
        response: { 200: QuarantinedFrameDetail },
      },
    },
    async (request) => {
      const frame = await findQuarantinedFrame(store, request.params.id);
      if (!frame) throw new TocsinError('NOT_FOUND', `There is no frame ${request.params.id} in quarantine.`);
      return frame;
    },
  );
}
