import { notChannels, requireHeaders } from '../../backtest/data/columns.ts';
import type { DataOptions } from '../../backtest/data/data-options.ts';
import type { DataReport } from '../../backtest/data/data-report.ts';
import { readData } from '../../backtest/data/read-data.ts';
import { decodeLimits } from '../../devices/decode.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Sample } from '../../model/sample.ts';
import type { Settings } from '../../settings/schema.ts';
import type { DataArguments } from './data-arguments.ts';
import type { DevicesTried } from './devices-tried.ts';

/**
 * The samples of all files of a command line, one file after the other.
 * @throws TocsinError DATA_UNREADABLE, DATA_INVALID; also when `--column` names a header that no file has.
 */
export async function* allData(
  { type, data, device, channel, columns, zone, dates }: DataArguments,
  typeOf: (name: string) => DeviceType,
  devices: DevicesTried,
  { intake }: Pick<Settings, 'intake'>,
  report: DataReport,
): AsyncGenerator<Sample[]> {
  // What a column is, is said of the type that is tried.
  const common = new Map([...columns].filter(([, meant]) => notChannels.has(meant)));
  for (const { file, type: name } of data) {
    const own = name === type ? { channel, named: columns } : { channel: null, named: common };
    const options: DataOptions = { ...own, type: typeOf(name), device, zone, dates, limits: decodeLimits(intake) };
    for await (const samples of readData(file, options, report)) {
      devices.note(samples, options.type);
      yield samples;
    }
  }
  requireHeaders(columns, report.headers);
}
