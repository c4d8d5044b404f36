import type { Entry } from './port.ts';

/** When an entry came in: a frame's or refusal's receipt, a tick's or a change's own time. Milliseconds since the epoch. */
export function entryTime(entry: Entry): number {
  if (entry.kind === 'tick' || entry.kind === 'rules' || entry.kind === 'word') return entry.at;
  return entry.kind === 'frame' ? entry.frame.receivedAt : entry.refusal.receivedAt;
}
