import type { Alarm, FeedEvent } from '../src/api/contract.ts';
import type { ApiClient } from './api-client.ts';

/** Blocks of a stream of server-sent events: the name and the joined data lines of each. */
export async function* eventsIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<{ name: string; data: string }> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text = (text + decoder.decode(chunk, { stream: true })).replaceAll('\r\n', '\n');
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines.flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trimStart()] : []));
      const data = field('data').join('\n');
      if (data !== '') yield { name: field('event')[0] ?? 'message', data };
    }
  }
}

/** Alarms as they come and change, read from the live feed until the signal. */
export async function* liveAlarms(api: ApiClient, signal: AbortSignal): AsyncGenerator<Alarm> {
  const response = await api.feed(signal);
  // What was raised before the feed was open.
  yield* (await api.alarms()).reverse();
  try {
    for await (const { name, data } of eventsIn(response.body!)) {
      if (name === 'reset') {
        yield* (await api.alarms()).reverse();
        continue;
      }
      const event = JSON.parse(data) as FeedEvent;
      if (event.kind === 'alarm' && event.data !== null) yield event.data as Alarm;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
