/** How far decoding frames again has got. */
export const replayStates = ['waiting', 'running', 'done', 'failed'] as const;
export type ReplayState = (typeof replayStates)[number];

/** What the engine found when it judged frames again; for a dry run, what it would have corrected. */
export interface ReplayJudged {
  devices: number;
  frames: number;
  /** Frames that still cannot be decoded, wholly or in part. */
  stillWrong: number;
  /** Frames in quarantine that could be decoded now. */
  resolved: number;
  /** Alarms by what was corrected. */
  raisedLate: number;
  retracted: number;
  reinstated: number;
  corrected: number;
  /** Alarms left as they are: of rules that go by the baseline, or that are no more. */
  leftAlone: number;
  /** The first received time from which alarms were compared: later than asked for where the journal begins later. */
  since: number;
}

/** What the historian did: nothing in a dry run. */
export interface ReplayWritten {
  readings: number;
}
