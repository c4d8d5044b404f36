import type { World } from './world.ts';

export interface Received {
  id: number;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape.
  data: any;
}

/** A client of the live feed, as a browser's EventSource is one. */
export async function listen(world: World, who: string, lastEventId?: number) {
  return await listenTo(world.url, world.token(who), lastEventId);
}

/** The same at any address. */
export async function listenTo(url: string, token: string, lastEventId?: number) {
  const stop = new AbortController();
  const response = await fetch(`${url}/api/v1/feed`, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    },
    signal: stop.signal,
  });
  const received: Received[] = [];
  const comments: string[] = [];
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const resume of waiting) resume();
    waiting.clear();
  };
  let over = false;
  const ended = read().finally(() => {
    over = true;
    wake();
  });

  async function read(): Promise<void> {
    let text = '';
    try {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        for (const block of blocks) take(block);
        wake();
      }
    } catch {
      // Ended by the test or cut off by the server.
    }
  }

  function take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.split(': ')[0]!, line.slice(line.indexOf(': ') + 2)]));
    const data = fields.get('data');
    if (data === undefined) comments.push(block);
    else
      received.push({ id: Number(fields.get('id')), event: fields.get('event') ?? 'message', data: JSON.parse(data) });
  }

  return {
    response,
    received,
    comments,
    ended,
    /** Waits until so many events came, or the connection ended. */
    async until(count: number): Promise<Received[]> {
      while (received.length < count && !over) await new Promise<void>((resume) => waiting.add(resume));
      return received;
    },
    close: () => {
      stop.abort();
      return ended;
    },
  };
}
