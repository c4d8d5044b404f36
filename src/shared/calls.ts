import type { BirpcReturn } from 'birpc';
import { type ErrorCode, TocsinError } from './errors.ts';

/** The functions of the other side: each answers with a promise; `.asEvent(…)` sends without waiting for an answer. */
export type RemoteFunctions<Remote extends object> = BirpcReturn<Remote, object>;

/** What carries messages to another thread or process: structured clones, in order. */
export interface Port {
  post(message: unknown): void;
  on(listener: (message: unknown) => void): void;
}

/** A call or its answer as birpc sends it; `e` is what the called function threw. */
type Message = Record<string, unknown> & { e?: unknown };

interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
  code: ErrorCode | undefined;
  detail: Record<string, unknown> | undefined;
}

/**
 * How calls go over a port. They have no time limit: a call ends when the other side answers, or rejects when it ends.
 * Whoever needs a limit knows how long is too long, and this file does not. A TocsinError arrives as a TocsinError,
 * with its code and detail; any other error with its message.
 */
export function callsOver(port: Port) {
  return {
    ...port,
    timeout: -1,
    serialize: (message: Message) => (message.e === undefined ? message : { ...message, e: packError(message.e) }),
    deserialize: (message: Message) =>
      message.e === undefined ? message : { ...message, e: unpackError(message.e as SentError) },
    // An answer that cannot be cloned becomes the caller's error (true); a question that cannot is thrown to its caller.
    onGeneralError: (_error: Error, functionName?: string) => functionName !== undefined,
  };
}

/** Errors are packed by hand: a structured clone of an Error drops the fields of its class. */
function packError(error: unknown): SentError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof TocsinError ? error : null;
  return { name, message, stack, code: known?.code, detail: known ? cloneable(known.detail) : undefined };
}

function unpackError(sent: SentError): Error {
  const error = sent.code ? new TocsinError(sent.code, sent.message, sent.detail) : new Error(sent.message);
  error.name = sent.name;
  if (sent.stack) error.stack = sent.stack;
  return error;
}

/** An error must get through whatever is in its detail; entries that cannot be sent become text. */
function cloneable(detail: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(detail).map(([key, value]) => {
      try {
        return [key, structuredClone(value)];
      } catch {
        return [key, String(value)];
      }
    }),
  );
}
