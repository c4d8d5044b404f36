import { type Tier, tiers } from '../../model/area.ts';
import { type Device, deviceIdPattern } from '../../model/device.ts';
import { TocsinError } from '../../shared/errors.ts';
import { deviceNames, keyOf } from './columns.ts';
import { csvRows } from './csv-rows.ts';
import { openText } from './open-text.ts';

/** Where a device stands, as a file says. */
export interface ListedDevice extends Pick<Device, 'latitude' | 'longitude'> {
  /** Ids of the areas that it stands in, as far as they were said. */
  areas: Partial<Record<Tier, string>>;
}

const names: Record<'device' | 'latitude' | 'longitude' | Tier, readonly string[]> = {
  device: deviceNames,
  latitude: ['latitude', 'lat', '纬度'],
  longitude: ['longitude', 'lon', 'lng', 'long', '经度'],
  grid: ['grid', 'gridid', '网格'],
  community: ['community', 'communityid', '社区'],
  street: ['street', 'streetid', '街道'],
  district: ['district', 'districtid', '区', '区县'],
};
const columns = Object.keys(names) as (keyof typeof names)[];

/**
 * Reads where devices stand: a CSV with a column `device`, and of `latitude`, `longitude`, `grid`, `community`, `street`
 * and `district` those that are known.
 * @throws TocsinError DATA_UNREADABLE, DATA_INVALID with the line and what is allowed.
 */
export async function readDeviceList(file: string): Promise<Map<string, ListedDevice>> {
  const devices = new Map<string, ListedDevice>();
  let at: Partial<Record<keyof typeof names, number>> | null = null;
  for await (const { line, rows } of csvRows(openText(file))) {
    for (const [i, row] of rows.entries()) {
      if (row.every((cell) => cell.trim() === '')) continue;
      if (at === null) {
        at = columnsOf(row, file);
        continue;
      }
      const cell = (column: keyof typeof names) => row[at![column] ?? -1]?.trim() ?? '';
      const place = `${file}:${line + i}`;
      const id = cell('device');
      if (!deviceIdPattern.test(id)) throw invalid(`${place}: "${id}" is no name of a device.`);
      const areas: ListedDevice['areas'] = {};
      for (const tier of tiers) if (cell(tier) !== '') areas[tier] = cell(tier);
      const [latitude, longitude] = [degrees(cell('latitude'), 90, place), degrees(cell('longitude'), 180, place)];
      devices.set(id, { latitude, longitude, areas });
    }
  }
  return devices;
}

function columnsOf(header: readonly string[], file: string): Partial<Record<keyof typeof names, number>> {
  const keys = header.map(keyOf);
  const found = columns.map((column) => [column, keys.findIndex((key) => names[column].includes(key))] as const);
  const at = Object.fromEntries(found.filter(([, index]) => index >= 0));
  if (at.device === undefined || Object.keys(at).length < 2)
    throw invalid(
      `${file}: the first line must name the columns: device, and of ${columns.slice(1).join(', ')} those that are known.`,
    );
  return at;
}

/** NaN where nothing stands. */
function degrees(text: string, most: number, place: string): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (text !== '' && !(Math.abs(value) <= most))
    throw invalid(`${place}: "${text}" is not between -${most} and ${most} degrees.`);
  return value;
}

function invalid(message: string): TocsinError {
  return new TocsinError('DATA_INVALID', message);
}
