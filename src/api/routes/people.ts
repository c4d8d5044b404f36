import { randomUUID } from 'node:crypto';
import type { Transaction } from 'kysely';
import { z } from 'zod';
import type { Areas } from '../../response/areas.ts';
import { releaseCases } from '../../response/release.ts';
import { TocsinError } from '../../shared/errors.ts';
import type { StoreOrTransaction } from '../../store/open.ts';
import type { Database } from '../../store/schema.ts';
import { inTransaction } from '../../store/transaction.ts';
import { caller } from '../access/authenticate.ts';
import { hashPassword } from '../access/password.ts';
import { isVisible, scopeOf } from '../access/scope.ts';
import { endSessionsOf } from '../access/session.ts';
import { type Api, byId } from '../api.ts';
import type { ApiContext } from '../context.ts';
import { NewPerson, PersonPatch, PersonRecord } from '../contract.ts';
import { findPeople } from '../queries/people.ts';
import { requireAreas, requireDutyWithinAreas } from '../queries/require.ts';
import { record } from '../record.ts';

const tags = ['people'];

export function peopleRoutes(api: Api, context: ApiContext): void {
  const { store } = context;

  api.get(
    '/people',
    {
      config: { may: 'person.read' },
      schema: { tags, summary: 'Everyone who can sign in, or could', response: { 200: z.array(PersonRecord) } },
    },
    async () => await findPeople(store),
  );

  api.post(
    '/people',
    {
      config: { may: 'person.write' },
      schema: { tags, summary: 'Add a person', body: NewPerson, response: { 201: PersonRecord } },
    },
    async (request, reply) => {
      const { password, areaIds, ...person } = request.body;
      const id = randomUUID();
      const passwordHash = await hashPassword(password);
      await inTransaction(store, async (tx) => {
        const taken = await tx.selectFrom('person').select('id').where('login', '=', person.login).executeTakeFirst();
        if (taken) throw new TocsinError('CONFLICT', `The log-in name ${person.login} is taken. Choose another one.`);
        await tx
          .insertInto('person')
          .values({ id, ...person, passwordHash, active: 1 })
          .execute();
        await setAreas(tx, id, areaIds);
        await record(tx, context, caller(request), 'person.created', `person/${id}`, { ...person, areaIds });
      });
      return reply.code(201).send(await onePerson(store, id));
    },
  );

  api.get(
    '/people/:id',
    {
      config: { may: 'person.read' },
      schema: { tags, summary: 'One person', params: byId, response: { 200: PersonRecord } },
    },
    async (request) => await onePerson(store, request.params.id),
  );

  api.patch(
    '/people/:id',
    {
      config: { may: 'person.write' },
      schema: {
        tags,
        summary: 'Change a person',
        description:
          'People are never deleted, since the record names them: set active to false. Signs the person out.',
        params: byId,
        body: PersonPatch,
        response: { 200: PersonRecord },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { password, areaIds, active, ...rest } = request.body;
      const changes = {
        ...rest,
        ...(active === undefined ? {} : { active: active ? 1 : 0 }),
        ...(password === undefined ? {} : { passwordHash: await hashPassword(password) }),
      };
      const areas = await context.areas.now();
      await inTransaction(store, async (tx) => {
        await onePerson(tx, id);
        if (Object.keys(changes).length > 0) await tx.updateTable('person').set(changes).where('id', '=', id).execute();
        if (areaIds) await setAreas(tx, id, areaIds);
        await keepAnAdministrator(tx);
        await requireDutyWithinAreas(tx);
        await passOnCases(tx, context, areas, id, caller(request).id);
        await endSessionsOf(tx, id, caller(request).id === id ? caller(request).tokenHash : undefined);
        const detail = { ...rest, active, areaIds, passwordChanged: password !== undefined };
        await record(tx, context, caller(request), 'person.changed', `person/${id}`, detail);
      });
      return await onePerson(store, id);
    },
  );
}

async function onePerson(db: StoreOrTransaction, id: string): Promise<PersonRecord> {
  const [person] = await findPeople(db, [id]);
  if (!person) throw new TocsinError('NOT_FOUND', `There is no person ${id}.`);
  return person;
}

async function setAreas(tx: StoreOrTransaction, personId: string, areaIds: readonly string[]): Promise<void> {
  await requireAreas(tx, areaIds);
  await tx.deleteFrom('personArea').where('personId', '=', personId).execute();
  const rows = [...new Set(areaIds)].map((areaId) => ({ personId, areaId }));
  if (rows.length > 0) await tx.insertInto('personArea').values(rows).execute();
}

/** Open cases that the person can no longer work on, or no longer see, go to who is on duty. */
async function passOnCases(
  tx: Transaction<Database>,
  context: ApiContext,
  areas: Areas,
  id: string,
  byPersonId: string,
): Promise<void> {
  const person = await onePerson(tx, id);
  const scope = await scopeOf(tx, person);
  const concerns = (gridId: string) => !person.active || !isVisible(scope, gridId);
  const { deviceTypes, settings, clock } = context;
  // No webhook tells of a case that changes hands, so no device has to be named.
  const response = { areas, deviceById: () => undefined, deviceTypes, settings };
  await releaseCases(tx, { personId: id, concerns, byPersonId, at: clock.now() }, response);
}

/** Without an administrator nobody could ever make one again. */
async function keepAnAdministrator(tx: StoreOrTransaction): Promise<void> {
  const one = await tx
    .selectFrom('person')
    .select('id')
    .where('role', '=', 'administrator')
    .where('active', '=', 1)
    .executeTakeFirst();
  if (!one) throw new TocsinError('CONFLICT', 'This is the last administrator. Make another one first.');
}
