import type { Channel, Series } from '../../api/contract.ts';
import type { MessageKey } from '../messages/index.ts';

type Deviation = NonNullable<Series['deviation']>;

/** From so many times what is usual on, the ratio says more than the difference. */
const tellingRatio = 2;
/** Scales on which twice as much means nothing: their zero is somebody's choice. */
const noRatios: readonly string[] = ['Cel', '[degF]', 'deg', '%'];

/** What is to be said of how far a value is from what is usual; numbers are in the channel's unit. */
export interface FarFrom {
  key: MessageKey;
  /** How many times as much, what part of it in per cent, or the distance, as `key` needs it. */
  ratio?: number;
  percent?: number;
  difference?: number;
}

/** How far the most surprising reading lies from what is usual at this hour. */
export function farFrom({ value, low, middle }: Deviation, { unit }: Pick<Channel, 'unit'>): FarFrom {
  const difference = Math.abs(value - middle);
  // Where nothing is usual, too, any value is many times as much.
  const ratio = value / middle;
  if (!noRatios.includes(unit) && low > 0 && value > 0) {
    if (ratio >= tellingRatio) return { key: 'deviation.times', ratio };
    if (ratio <= 1 / tellingRatio) return { key: 'deviation.part', percent: Math.round(100 * ratio) };
  }
  return { key: value >= middle ? 'deviation.above' : 'deviation.below', difference };
}

/** In what it is unusual, where that is more than how far: never so high, drifting, standing still. */
export function kindKey({ kind, value, middle }: Deviation): MessageKey | null {
  const isHigh = value >= middle;
  if (kind === 'point') return null;
  if (kind === 'extreme') return isHigh ? 'deviation.highest' : 'deviation.lowest';
  if (kind === 'shift') return isHigh ? 'deviation.shiftUp' : 'deviation.shiftDown';
  if (kind === 'drift') return isHigh ? 'deviation.driftUp' : 'deviation.driftDown';
  return `deviation.${kind}`;
}

/** Whether how far the value is says anything: one that stands still may be where it usually is. */
export function tellsFar({ kind }: Deviation): boolean {
  return kind !== 'stuck' && kind !== 'spread' && kind !== 'rhythm';
}
