import type { ErrorCode } from '../shared/errors.ts';

/** What can be wrong with what a device says, of the error catalogue. */
export const frameProblems = [
  'PAYLOAD_NOT_JSON',
  'PAYLOAD_SHAPE',
  'CHANNEL_UNKNOWN',
  'VALUE_TYPE',
  'VALUE_OUT_OF_RANGE',
  'TIME_INVALID',
  'TIME_TOO_OLD',
  'TIME_IN_FUTURE',
] as const satisfies ErrorCode[];
export type FrameProblem = (typeof frameProblems)[number];

/** What is wrong with a frame or a part of it; the rest of the frame is taken all the same. */
export interface DecodeProblem {
  code: FrameProblem;
  /** A sentence that says what to do; in a batch it names the sample. */
  reason: string;
}

/** Problems written out for one frame: enough to find the mistake, so that a bad batch is no flood. */
const maxProblems = 20;

/** Collects the problems of one frame. */
export class Problems {
  /** Index of the sample at hand within a batch. */
  sample: number | null = null;
  #list: DecodeProblem[] = [];
  #more = 0;

  /** @returns undefined, so that a caller can return what it returns. */
  add(code: FrameProblem, reason: string): undefined {
    if (this.#list.length >= maxProblems) this.#more++;
    else this.#list.push({ code, reason: this.sample === null ? reason : `Sample ${this.sample}: ${reason}` });
  }

  list(): DecodeProblem[] {
    const last = this.#list.at(-1);
    if (last && this.#more > 0) last.reason += ` And ${this.#more} more problems in this frame.`;
    return this.#list;
  }
}

/** Something that a device sent, short enough to be shown in a sentence. */
export function quoted(value: unknown): string {
  const text = written(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `JSON.parse` takes any depth, `JSON.stringify` runs out of stack at some thousand levels. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return Array.isArray(value) ? '[[…]]' : '{…}';
  }
}
