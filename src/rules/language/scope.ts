import type { MemoryCell, RuleWindow } from './context.ts';
import type { Measure } from './measures.ts';
import type { Asked, PeerPlace, PeerQuestion } from './surroundings.ts';

export interface ChannelInScope {
  index: number;
  name: string;
  measure: Measure;
  /** The least that it can say, in its unit. */
  min: number;
  isSwitch: boolean;
  /** Whether it is on only in the sample that says so. */
  isMomentary: boolean;
  /** Whether it has a baseline. */
  isLearnt: boolean;
}

/** What the expressions of one rule may refer to, and what they have asked for. */
export interface Scope {
  /** A channel, or null when the type has none of that name. */
  channel(name: string): ChannelInScope | null;
  channelNames(): string[];
  /** The window over a channel, made when it is new. */
  window(channel: number, spanMs: number): RuleWindow;
  /** Offset of a memory cell in the rule's memory, made when it is new. */
  memory(cell: MemoryCell): number;
  /** Names that the site gives to areas and places; null where nobody has said which there are. */
  names(kind: 'area' | 'place'): readonly string[] | null;
  /** Asks something of other devices; it is compiled for their type. @throws TocsinError RULE_INVALID. */
  peers(where: PeerPlace, type: string | null, asked: Asked): PeerQuestion;
  /** Types whose devices can be asked. */
  typeNames(): readonly string[];
  /** A value older than this is not evidence, milliseconds. */
  maxGapMs: number;
  /** Channels that the rule's expressions look at; a sample with one of them is a reason to judge it. */
  channels: Set<number>;
  /** Those of them whose baseline is asked. */
  baselines: Set<number>;
  /** Asks for the rule to be judged at every sample of the device, because it is also about what does not come. */
  everySample(): void;
}
