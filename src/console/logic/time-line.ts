import type { TrialAlarm } from '../../api/contract.ts';

/** A stretch of one severity on a time line, in per cent of its width. */
export interface Stretch {
  left: number;
  width: number;
  severity: TrialAlarm['peak'];
}

/** Narrower than this nobody could see it. Per cent. */
const least = 0.4;

/** An alarm as stretches of its severities between two times, milliseconds since the epoch; what lies outside is cut. */
export function stretchesOf({ path, cleared }: TrialAlarm, from: number, to: number): Stretch[] {
  const share = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100;
  return path.flatMap(({ at, severity }, i) => {
    const end = path[i + 1]?.at ?? cleared ?? to;
    if (end < from || at > to) return [];
    const left = share(at);
    return [{ left: Math.min(left, 100 - least), width: Math.max(share(end) - left, least), severity }];
  });
}

/** What a text field for times takes and gives, in the viewer's zone: `2026-07-18T14:00`. */
export function fieldText(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
