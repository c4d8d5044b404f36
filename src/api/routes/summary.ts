import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Summary } from '../contract.ts';
import { findSummary } from '../queries/summary.ts';

export function summaryRoutes(api: Api, context: ApiContext): void {
  api.get(
    '/summary',
    {
      config: { may: 'alarm.read' },
      schema: { tags: ['alarms'], summary: 'The numbers at the top of the wall', response: { 200: Summary } },
    },
    async (request) => await findSummary(context.store, request.scope ? [...request.scope] : undefined),
  );
}
