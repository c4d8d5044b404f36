import { z } from 'zod';
import { usableRules } from '../../rules/versions/check-rule.ts';
import { TocsinError } from '../../shared/errors.ts';
import { caller } from '../access/authenticate.ts';
import { areaTree, below } from '../access/scope.ts';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Backtest, NewBacktest } from '../contract.ts';
import { findDevices } from '../queries/devices.ts';
import { record } from '../record.ts';
import { typeOf } from './find-device.ts';

const tags = ['backtests'];
const byNumber = z.object({ id: z.coerce.number().int() });
/** More is for a night and for the command line. */
const mostDevices = 500;
const longestMs = 400 * 86_400_000;

/** Trying rules on the readings that have been kept. */
export function backtestRoutes(api: Api, context: ApiContext): void {
  const { store, tryouts } = context;

  api.post(
    '/backtests',
    {
      config: { may: 'backtest.write' },
      schema: {
        tags,
        summary: 'Try rules on the readings that have been kept',
        description:
          'Says which alarms rules would have raised, and how they differ from those in force. Nothing is changed and ' +
          'nobody is called. It goes on behind the answer, one at a time; ask for it by its number. Results are kept ' +
          'for a day, and until a restart.',
        body: NewBacktest,
        response: { 202: Backtest },
      },
    },
    async (request, reply) => {
      const { deviceType, rules = null, against, deviceIds, areaId, from, to } = request.body;
      const type = typeOf(context, deviceType);
      if (from >= to) throw new TocsinError('REQUEST_INVALID', 'body.from: must be before body.to.');
      if (to - from > longestMs) throw new TocsinError('REQUEST_INVALID', 'body.from: 400 days are the most.');
      // A mistake in them is told at once, with its line, and not by a backtest that failed.
      if (rules !== null) usableRules(rules, type);
      const ids = await devicesOf(context, type.id, deviceIds, areaId);
      const asked = { deviceType: type.id, rules, againstCurrent: against === 'current', deviceIds: ids, from, to };
      const job = tryouts.begin(asked, caller(request).id);
      const detail = { deviceType: type.id, devices: ids.length, from, to };
      await record(store, context, caller(request), 'backtest.requested', `backtest/${job.id}`, detail);
      return reply.code(202).send(job);
    },
  );

  api.get(
    '/backtests',
    {
      config: { may: 'backtest.read' },
      schema: {
        tags,
        summary: 'Backtests, the newest first, without what came of them',
        response: { 200: z.array(Backtest) },
      },
    },
    async () => tryouts.list().map((job) => ({ ...job, result: null })),
  );

  api.get(
    '/backtests/:id',
    {
      config: { may: 'backtest.read' },
      schema: {
        tags,
        summary: 'How far one has got, and what came of it',
        params: byNumber,
        response: { 200: Backtest },
      },
    },
    async (request) => {
      const job = tryouts.get(request.params.id);
      if (job) return job;
      throw new TocsinError('NOT_FOUND', `There is no backtest ${request.params.id}; they are kept for a day.`);
    },
  );

  api.delete(
    '/backtests/:id',
    {
      config: { may: 'backtest.write' },
      schema: { tags, summary: 'End one that waits or runs', params: byNumber, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { id } = request.params;
      tryouts.cancel(id);
      await record(store, context, caller(request), 'backtest.cancelled', `backtest/${id}`, {});
      return reply.code(204).send(null);
    },
  );
}

/** @throws TocsinError NOT_FOUND, REQUEST_INVALID when there are none or too many. */
async function devicesOf(
  { store }: ApiContext,
  type: string,
  ids: readonly string[] | undefined,
  areaId: string | undefined,
): Promise<string[]> {
  const gridIds = areaId === undefined ? undefined : [...below(await areaTree(store), [areaId])];
  const found = (await findDevices(store, { ids, gridIds, type })).map((device) => device.id);
  const missing = ids?.find((id) => !found.includes(id));
  if (missing !== undefined) throw new TocsinError('NOT_FOUND', `There is no ${type} ${missing} there.`);
  if (found.length === 0) throw new TocsinError('NOT_FOUND', `There is no device of the type ${type} there.`);
  if (found.length > mostDevices) {
    const message = `There are ${found.length} devices; at most ${mostDevices} can be tried at once: name an area or devices.`;
    throw new TocsinError('REQUEST_INVALID', message);
  }
  return found;
}
