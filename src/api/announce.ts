import type { ApiContext } from './context.ts';

/**
 * Tells the other parts that devices changed in the store. What is stored holds even when one of them does not answer:
 * it reads the store when it starts again, so that this is only logged.
 */
export async function devicesChanged(context: ApiContext): Promise<void> {
  await tell(context, [
    () => context.gateway.devicesChanged(),
    () => context.engine.reload(),
    () => context.historian.reload(),
  ]);
}

/** The same for areas, which only the engine keeps in memory. */
export async function areasChanged(context: ApiContext): Promise<void> {
  context.rules.areasChanged();
  await tell(context, [() => context.engine.reload()]);
}

async function tell(context: ApiContext, calls: (() => Promise<void>)[]): Promise<void> {
  const results = await Promise.allSettled(calls.map((call) => call()));
  for (const result of results) {
    if (result.status === 'rejected')
      context.log.error({ room: 'api', err: result.reason }, 'A part was not told of a change.');
  }
}
