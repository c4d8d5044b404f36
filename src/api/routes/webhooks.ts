import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import { type Api, byId } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { NewWebhook, Webhook, WebhookPatch } from '../contract.ts';
import { record } from '../record.ts';

const tags = ['webhooks'];

export function webhookRoutes(api: Api, context: ApiContext): void {
  const { store, clock } = context;

  api.get(
    '/webhooks',
    {
      config: { may: 'webhook.read' },
      schema: { tags, summary: 'Endpoints that are told of cases', response: { 200: z.array(Webhook) } },
    },
    async () => await select(store).orderBy('createdAt').orderBy('id').execute(),
  );

  api.post(
    '/webhooks',
    {
      config: { may: 'webhook.write' },
      schema: {
        tags,
        summary: 'Add an endpoint',
        description: 'With a secret each call is signed. The secret is not shown again.',
        body: NewWebhook,
        response: { 201: Webhook },
      },
    },
    async (request, reply) => {
      const { url, secret, minSeverity } = request.body;
      onlyHttp(url);
      const id = randomUUID();
      await inTransaction(store, async (tx) => {
        const row = { id, url, secret: secret ?? null, minSeverity, createdAt: clock.now() };
        await tx.insertInto('webhook').values(row).execute();
        await record(tx, context, caller(request), 'webhook.created', `webhook/${id}`, {
          url: shown(url),
          minSeverity,
        });
      });
      return reply.code(201).send({ id, url, minSeverity });
    },
  );

  api.patch(
    '/webhooks/:id',
    {
      config: { may: 'webhook.write' },
      schema: { tags, summary: 'Change an endpoint', params: byId, body: WebhookPatch, response: { 200: Webhook } },
    },
    async (request) => {
      const { id } = request.params;
      const { secret, ...patch } = request.body;
      if (patch.url !== undefined) onlyHttp(patch.url);
      const changed = await inTransaction(store, async (tx) => {
        await oneWebhook(tx, id);
        const changes = { ...patch, ...(secret === undefined ? {} : { secret }) };
        if (Object.keys(changes).length > 0)
          await tx.updateTable('webhook').set(changes).where('id', '=', id).execute();
        const detail = {
          minSeverity: patch.minSeverity,
          url: patch.url && shown(patch.url),
          secretChanged: secret !== undefined,
        };
        await record(tx, context, caller(request), 'webhook.changed', `webhook/${id}`, detail);
        return await oneWebhook(tx, id);
      });
      return changed;
    },
  );

  api.delete(
    '/webhooks/:id',
    {
      config: { may: 'webhook.write' },
      schema: { tags, summary: 'Take an endpoint away', params: byId, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { id } = request.params;
      await inTransaction(store, async (tx) => {
        await oneWebhook(tx, id);
        await tx.deleteFrom('webhook').where('id', '=', id).execute();
        await record(tx, context, caller(request), 'webhook.deleted', `webhook/${id}`);
      });
      return reply.code(204).send();
    },
  );
}

const select = (db: StoreOrTransaction) => db.selectFrom('webhook').select(['id', 'url', 'minSeverity']);

async function oneWebhook(db: StoreOrTransaction, id: string) {
  const row = await select(db).where('id', '=', id).executeTakeFirst();
  if (!row) throw new TocsinError('NOT_FOUND', `There is no webhook ${id}.`);
  return row;
}

function onlyHttp(url: string): void {
  if (/^https?:/i.test(url)) return;
  throw new TocsinError('REQUEST_INVALID', 'body.url: must begin with http:// or https://.');
}

/** Addresses of webhooks often carry a key: the audit record shows only where it goes. */
const shown = (url: string) => new URL(url).origin;
