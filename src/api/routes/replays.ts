import { z } from 'zod';
import { TocsinError } from '../../shared/errors.ts';
import { requestReplay } from '../../store/replays.ts';
import { caller } from '../access/authenticate.ts';
import { type Api, limitUpTo } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { NewReplay, Replay } from '../contract.ts';
import { findReplays } from '../queries/replays.ts';

const tags = ['quarantine'];

/** Decoding frames again, after a device type was corrected. */
export function replayRoutes(api: Api, context: ApiContext): void {
  const { store, clock } = context;

  api.post(
    '/replays',
    {
      config: { may: 'replay.write' },
      schema: {
        tags,
        summary: 'Decode frames again, and correct readings and the record of alarms',
        description:
          'With the device types and rules that Tocsin has loaded now. It goes on behind the answer; ask for it by its ' +
          'number. People are called only for an alarm that is active and not old.',
        body: NewReplay,
        response: { 202: Replay },
      },
    },
    async (request, reply) => {
      const { from, deviceId = null, deviceType = null, dryRun } = request.body;
      const byPersonId = caller(request).id;
      const asked = { fromAt: from, deviceId, deviceType, dryRun, byPersonId, at: clock.now() };
      return reply.code(202).send(await theReplay(context, await requestReplay(store, asked)));
    },
  );

  api.get(
    '/replays',
    {
      config: { may: 'replay.read' },
      schema: {
        tags,
        summary: 'Replays, the newest first',
        querystring: z.object({ limit: limitUpTo(200, 20) }),
        response: { 200: z.array(Replay) },
      },
    },
    async (request) => await findReplays(store, { limit: request.query.limit }),
  );

  api.get(
    '/replays/:id',
    {
      config: { may: 'replay.read' },
      schema: {
        tags,
        summary: 'How far one has got, and what it has corrected',
        params: z.object({ id: z.coerce.number().int() }),
        response: { 200: Replay },
      },
    },
    async (request) => await theReplay(context, request.params.id),
  );
}

async function theReplay({ store }: ApiContext, id: number): Promise<Replay> {
  const [replay] = await findReplays(store, { id });
  if (!replay) throw new TocsinError('NOT_FOUND', `There is no replay ${id}.`);
  return replay;
}
