import type { FeedEvent } from '../../api/contract.ts';

export interface FeedListener {
  event(event: FeedEvent): void;
  open(): void;
  /** Something was missed: everything has to be read again. */
  reset(): void;
  lost(): void;
}

/** How long to wait before a new connection where the browser has given up (it does on any HTTP error). */
const retryMs = 3000;

/**
 * Listens to the live feed until `close`. The browser reconnects by itself and tells the last event id, so that
 * nothing is missed; where it gives up, a new connection is made and `reset` is called once it is open.
 */
export function openFeed(url: string, listener: FeedListener): { close(): void; reconnect(): void } {
  let source: EventSource | null = null;
  let retry: number | undefined;
  let opened = false;

  const connect = () => {
    window.clearTimeout(retry);
    source?.close();
    const mine = new EventSource(url);
    source = mine;
    let first = true;
    mine.onopen = () => {
      listener.open();
      // A new connection knows no last event; one that the browser has mended by itself does.
      if (first && opened) listener.reset();
      first = false;
      opened = true;
    };
    mine.addEventListener('reset', () => listener.reset());
    mine.onmessage = (message: MessageEvent<string>) => {
      const event = parse(message.data);
      if (event) listener.event(event);
    };
    mine.onerror = () => {
      listener.lost();
      if (mine.readyState === EventSource.CLOSED) retry = window.setTimeout(connect, retryMs);
    };
  };

  connect();
  return {
    close() {
      window.clearTimeout(retry);
      source?.close();
    },
    reconnect: connect,
  };
}

function parse(data: string): FeedEvent | null {
  try {
    return JSON.parse(data) as FeedEvent;
  } catch {
    return null;
  }
}
