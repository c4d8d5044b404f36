import { z } from 'zod';
import { type Api, byId, time } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Explanation } from '../contract.ts';
import { visibleDevice } from './find-device.ts';

const Question = z.object({
  rule: z.string().describe('id of the rule, with its type or without'),
  at: time.optional().describe('measured time in milliseconds; now when left out'),
});

/** Why a rule has, or has not, raised an alarm. */
export function deviceExplainRoutes(api: Api, context: ApiContext): void {
  const { store, clock, tryouts } = context;

  api.get(
    '/devices/:id/explain',
    {
      config: { may: 'alarm.read' },
      schema: {
        tags: ['devices'],
        summary: 'Why a rule had, or had not, raised an alarm at a moment',
        description:
          'Which part of its condition held, with values and limits, for how long, and which gap stopped it, in parts ' +
          'and in words. What came in goes through the rules of that moment once more, from the journal or, of what it no longer has, ' +
          'from the telemetry store. A rule that was made later goes by its text of now; of one that was switched off ' +
          'then, that is said.',
        params: byId,
        querystring: Question,
        response: { 200: Explanation },
      },
    },
    async (request) => {
      const { rule, at = clock.now() } = request.query;
      const device = await visibleDevice(store, request.params.id, request.scope);
      return await tryouts.explain({ deviceId: device.id, rule, at });
    },
  );
}
