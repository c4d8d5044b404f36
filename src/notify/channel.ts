/** A message of the outbox on its way to one target. */
export interface Message {
  /** Deterministic, and the same at every attempt: a receiver that has seen it can drop it. */
  id: string;
  /** What the channel knows the receiver by. */
  target: string;
  bodyJson: string;
}

/** A way to reach somebody outside of Tocsin. */
export interface Channel {
  /** Longest that one delivery takes, milliseconds. */
  timeoutMs: number;
  /**
   * Resolves when the receiver has taken the message; rejects with a sentence for people when it has not, and then it
   * is tried again later.
   * @throws Undeliverable when trying again cannot help.
   */
  deliver(message: Message): Promise<void>;
}

/** A message that no attempt will bring to its target. */
export class Undeliverable extends Error {}
