import type { Readable } from 'node:stream';
import type { Aedes, Client } from 'aedes';

/** The parts of Aedes 1.2 that its types leave out and that commands need. */
interface Persistence {
  /** Kept sessions (not clean ones) that subscribe to the topic with QoS 1 or 2. */
  subscriptionsByTopic(topic: string): Promise<{ clientId: string }[]>;
  /** Messages that a kept session has not acknowledged. */
  outgoingStream(client: { id: string }): Readable;
}

function persistenceOf(broker: Aedes): Persistence {
  return (broker as unknown as { persistence: Persistence }).persistence;
}

/** Whether a connected client subscribes to the topic. */
export function listens(client: Client, topic: string): boolean {
  return topic in (client as unknown as { subscriptions: Record<string, unknown> }).subscriptions;
}

/** For each kept session that subscribes to the topic, connected or not, how many messages wait in it. */
export async function waitingMessages(broker: Aedes, topic: string): Promise<number[]> {
  const persistence = persistenceOf(broker);
  const sessions = await persistence.subscriptionsByTopic(topic);
  return Promise.all(
    sessions.map(async ({ clientId }) => (await persistence.outgoingStream({ id: clientId }).toArray()).length),
  );
}
