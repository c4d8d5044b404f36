import type { ApiContext } from './context.ts';

/**
 * Tells the other parts which devices changed in the store. What is stored holds even when one of them does not answer:
 * it reads them with those that change next, and when it starts again, so that this is only logged.
 */
export async function devicesChanged(context: ApiContext, ids: readonly string[]): Promise<void> {
  await tell(context, [
    () => context.gateway.devicesChanged(ids),
    () => context.engine.devicesChanged(ids),
    () => context.historian.devicesChanged(ids),
  ]);
}

/** The same for areas, which the API and the engine keep in memory. One that cannot read them does when they change next. */
export async function areasChanged(context: ApiContext): Promise<void> {
  context.areas.changed();
  context.rules.areasChanged();
  await tell(context, [() => context.engine.areasChanged()]);
}

async function tell(context: ApiContext, calls: (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(calls.map((call) => call()));
  for (const result of results) {
    if (result.status === 'rejected')
      context.log.error({ room: 'api', err: result.reason }, 'A part was not told of a change.');
  }
}
