import type { Compilable, CompiledQuery } from 'kysely';
import type { StoreOrTransaction } from './open.ts';

const known = new Map<string, CompiledQuery>();

/**
 * Runs a statement whose text is put together the first time only: that takes several times as long as SQLite takes to
 * run it, and one alarm needs more than a dozen.
 * @param name of the text; the same name, the same text. There must be few of them.
 * @param parameters in the order in which they stand in the text
 * @param build the statement with these parameters
 */
export async function runFixed<R>(
  db: StoreOrTransaction,
  name: string,
  parameters: readonly unknown[],
  build: () => Compilable<R>,
): Promise<R[]> {
  let statement = known.get(name) as CompiledQuery<R> | undefined;
  if (!statement) {
    statement = build().compile();
    if (!sameValues(statement.parameters, parameters))
      throw new Error(`The parameters of the statement "${name}" stand in another order, or others do.`);
    known.set(name, statement);
  }
  const { rows } = await db.executeQuery<R>({ ...statement, parameters });
  return rows;
}

function sameValues(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((value, i) => Object.is(value, others[i]));
}
