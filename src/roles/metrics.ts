import type { Registry } from 'prom-client';

/** Prometheus text of the gateway and of both threads; one that does not answer is left out. */
export async function metrics(own: Registry, threads: readonly { metrics(): Promise<string> }[]): Promise<string> {
  const texts = await Promise.allSettled([own.metrics(), ...threads.map((thread) => thread.metrics())]);
  return texts.flatMap((text) => (text.status === 'fulfilled' ? [text.value] : [])).join('\n');
}
