import type { DecodeLimits } from '../../devices/decode.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { ColumnChoice } from './columns.ts';

/** How a file of readings is to be understood. */
export interface DataOptions extends ColumnChoice {
  type: DeviceType;
  /** The device of lines that name none. */
  device: string;
  /** Offset from UTC of times that do not say theirs, milliseconds; null: such a line is left out. */
  zoneMs: number | null;
  /** Held against lines that say when they were received, as at the door. */
  limits: DecodeLimits;
}
