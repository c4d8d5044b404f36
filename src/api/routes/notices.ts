import { z } from 'zod';
import { TocsinError } from '../../shared/errors.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import { type Api, limitUpTo } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { Notice } from '../contract.ts';
import { findNotices } from '../queries/notices.ts';
import { record } from '../record.ts';

const tags = ['notices'];

export function noticeRoutes(api: Api, context: ApiContext): void {
  const { store, clock } = context;

  api.get(
    '/notices',
    {
      config: { may: 'notice.own' },
      schema: {
        tags,
        summary: 'What the caller was told, the newest first',
        querystring: z.object({
          unread: z.stringbool().default(false),
          before: z.coerce.number().int().optional().describe('seq of the last one of the page before'),
          limit: limitUpTo(500, 100),
        }),
        response: { 200: z.array(Notice) },
      },
    },
    async (request) => await findNotices(store, { personId: caller(request).id, ...request.query }),
  );

  api.post(
    '/notices/:seq/read',
    {
      config: { may: 'notice.own' },
      schema: {
        tags,
        summary: 'Note that the caller has read it',
        params: z.object({ seq: z.coerce.number().int() }),
        response: { 200: Notice },
      },
    },
    async (request) => {
      const person = caller(request);
      const { seq } = request.params;
      return await inTransaction(store, async (tx) => {
        const [notice] = await findNotices(tx, { personId: person.id, seqs: [seq] });
        if (!notice) throw new TocsinError('NOT_FOUND', `You have no notice ${seq}.`);
        if (notice.readAt !== null) return notice;
        const readAt = clock.now();
        await tx.updateTable('notice').set({ readAt }).where('seq', '=', seq).execute();
        await record(tx, context, person, 'notice.read', `notice/${notice.id}`);
        return { ...notice, readAt };
      });
    },
  );
}
