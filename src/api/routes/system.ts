import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { SystemStatus } from '../contract.ts';
import { findSystemHistory } from '../queries/system-history.ts';

const historyShown = 50;

export function systemRoutes(api: Api, context: ApiContext): void {
  api.get(
    '/system',
    {
      config: { may: 'system.read' },
      schema: {
        tags: ['system'],
        summary: 'How Tocsin itself is: what is wrong, who is behind, how long alarms take',
        response: { 200: SystemStatus },
      },
    },
    async () => ({
      ...context.system(),
      parts: await context.readiness(),
      history: await findSystemHistory(context.store, historyShown),
    }),
  );
}
