/** What a person can say about an alarm of a rule that asks a baseline. */
export const verdicts = ['false-alarm', 'right', 'new-normal'] as const;
export type Verdict = (typeof verdicts)[number];

/** What follows from people's words for a baseline, whole, so that hearing it twice changes nothing. */
export interface BaselineWord {
  deviceId: string;
  channel: string;
  /** By how much every surprise is lowered from here on, decimal logarithms; see `dampingOf`. */
  damping: number;
  /** `accept`: the value now is normal; `take-back`: what was accepted last is not, after all. */
  normal: 'keep' | 'accept' | 'take-back';
}
