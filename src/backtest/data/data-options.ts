import type { DecodeLimits } from '../../devices/decode.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { ColumnChoice } from './columns.ts';
import type { DateOrder, FileZone } from './read-time.ts';

/** How a file of readings is to be understood. */
export interface DataOptions extends ColumnChoice {
  type: DeviceType;
  /** The device of lines that name none. */
  device: string;
  /** Zone of times that do not say theirs; null: not said. */
  zone: FileZone | null;
  /** What comes first in dates such as 7/8/2021; null: not said. */
  dates: DateOrder | null;
  /** Held against lines that say when they were received, as at the door. */
  limits: DecodeLimits;
}
