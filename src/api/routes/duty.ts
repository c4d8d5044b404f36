import { z } from 'zod';
import { TocsinError } from '../../shared/errors.ts';
import { insertAll } from '../../store/insert-all.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import type { Api } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Duty } from '../contract.ts';
import { requireAreas, requireDutyWithinAreas, requirePeople } from '../queries/require.ts';
import { record } from '../record.ts';

const tags = ['duty'];

export function dutyRoutes(api: Api, context: ApiContext): void {
  const { store } = context;

  api.get(
    '/duty',
    {
      config: { may: 'duty.read' },
      schema: { tags, summary: 'Who is responsible for which area at which hours', response: { 200: z.array(Duty) } },
    },
    async () => await store.selectFrom('duty').selectAll().orderBy('id').execute(),
  );

  api.put(
    '/duty',
    {
      config: { may: 'duty.write' },
      schema: { tags, summary: 'Replace the whole duty plan', body: z.array(Duty), response: { 200: z.array(Duty) } },
    },
    async (request) => {
      const plan = request.body;
      await inTransaction(store, async (tx) => {
        if (new Set(plan.map((duty) => duty.id)).size < plan.length) {
          throw new TocsinError('REQUEST_INVALID', 'Two duties have the same id.');
        }
        await requireAreas(
          tx,
          plan.map((duty) => duty.areaId),
        );
        await requirePeople(
          tx,
          plan.map((duty) => duty.personId),
        );
        await tx.deleteFrom('duty').execute();
        await insertAll(tx, 'duty', plan);
        await requireDutyWithinAreas(tx);
        await record(tx, context, caller(request), 'duty.replaced', 'duty', { duties: plan.length });
      });
      return plan;
    },
  );
}
