import { requireHeaders } from '../../backtest/data/columns.ts';
import type { DataOptions } from '../../backtest/data/data-options.ts';
import type { DataReport } from '../../backtest/data/data-report.ts';
import { readData } from '../../backtest/data/read-data.ts';
import { decodeLimits } from '../../devices/decode.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Sample } from '../../model/sample.ts';
import type { Settings } from '../../settings/schema.ts';
import type { DataArguments } from './data-arguments.ts';

/**
 * The samples of all files of a command line, one file after the other.
 * @throws TocsinError DATA_UNREADABLE, DATA_INVALID; also when `--column` names a header that no file has.
 */
export async function* allData(
  { data, device, channel, columns, zone, dates }: DataArguments,
  type: DeviceType,
  { intake }: Pick<Settings, 'intake'>,
  report: DataReport,
): AsyncGenerator<Sample[]> {
  const options: DataOptions = { type, device, channel, named: columns, zone, dates, limits: decodeLimits(intake) };
  for (const file of data) yield* readData(file, options, report);
  requireHeaders(columns, report.headers);
}
