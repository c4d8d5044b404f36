import { z } from 'zod';
import { deviceIdPattern } from '../model/device.ts';
import type { Hours, Limit, Position, Site } from '../model/site.ts';
import { unitOf } from '../model/units.ts';
import { parseDuration } from '../shared/duration.ts';
import { readYaml } from './yaml-file.ts';

const dayMs = 86_400_000;
const dayNames = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const DeviceId = z.string().regex(deviceIdPattern, 'the id of a device: letters, digits, hyphens, points');
const Name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/);
const named = {
  error: ({ code }: { code: string }) =>
    code === 'invalid_key' ? 'names are small letters, digits and hyphens, such as day-centre' : undefined,
};

const PositionInFile = z
  .tuple(
    [z.number().min(-90).max(90), z.number().min(-180).max(180)],
    'latitude and longitude, such as [30.66, 104.06]',
  )
  .transform(([latitude, longitude]): Position => ({ latitude, longitude }));

/** `2026-10-01`, or `2026-10-01..2026-10-07`. */
const Days = z
  .string('a day such as "2026-10-01", or days such as "2026-10-01..2026-10-07"')
  .transform((text, context) => {
    const [, from, until = from] = /^(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?$/.exec(text.trim()) ?? [];
    const [first, last] = [from, until].map((day) => Date.parse(`${day}T00:00:00Z`)) as [number, number];
    if (!(last >= first && last - first < 366 * dayMs)) {
      context.addIssue({
        code: 'custom',
        message: `"${text}" is no day; write "2026-10-01" or "2026-10-01..2026-10-07"`,
      });
      return z.NEVER;
    }
    const days: string[] = [];
    for (let at = first; at <= last; at += dayMs) days.push(new Date(at).toISOString().slice(0, 10));
    return days;
  });

const Metres = z.string('a length such as "300 m" or "2 km"').transform((text, context) => {
  const match = /^(\d+(?:\.\d+)?)\s*(m|km)$/.exec(text.trim());
  if (match) return Number(match[1]) * (match[2] === 'km' ? 1000 : 1);
  context.addIssue({ code: 'custom', message: `"${text}" is no length; write "300 m" or "2 km"` });
  return z.NEVER;
});

const AreaInFile = z.union(
  [
    z
      .strictObject({ around: PositionInFile, radius: Metres })
      .transform(({ around, radius }) => ({ centre: around, radiusM: radius })),
    z.strictObject({ corners: z.array(PositionInFile).min(3) }),
  ],
  '{ around: [latitude, longitude], radius: 300 m } or { corners: [three or more positions] }',
);

/** `10:00-14:00`; over midnight as `18:00-02:00`. */
const HoursInFile = z.string('hours such as "10:00-14:00"').transform((text, context): Hours => {
  const match = /^([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)$/.exec(text.trim());
  if (match) {
    const [from, until] = [timeOf(match[1]!, match[2]!), timeOf(match[3]!, match[4]!)];
    return { from, until: until > from ? until : until + dayMs };
  }
  context.addIssue({
    code: 'custom',
    message: `"${text}" are no hours; write "10:00-14:00", or "18:00-02:00" over midnight`,
  });
  return z.NEVER;
});

function timeOf(hours: string, minutes: string): number {
  return parseDuration(`${Number(hours) * 60 + Number(minutes)} min`)!;
}

const HoursOfDays = z.union(
  [
    z.array(HoursInFile).transform((hours) => dayNames.map(() => hours)),
    z
      .partialRecord(z.enum(dayNames), z.array(HoursInFile))
      .transform((byDay) => dayNames.map((day) => byDay[day] ?? [])),
  ],
  'hours of every day, ["10:00-14:00"], or of days: { monday: ["10:00-14:00"] }',
);

/** `11.50 m`. */
const LimitInFile = z.string('a number with its unit, such as "11.50 m"').transform((text, context): Limit => {
  const match = /^(-?\d+(?:\.\d+)?)\s*(\S.*)$/.exec(text.trim());
  if (match && unitOf(match[2]!)) return { value: Number(match[1]), unit: match[2]! };
  context.addIssue({ code: 'custom', message: `"${text}" is no number with a unit; write it as "11.50 m"` });
  return z.NEVER;
});

/** Devices in the order in which water comes by them; where paths meet or part, they have a device in common. */
const PathsInFile = z
  .array(
    z
      .array(DeviceId, 'ids of devices, from the highest down')
      .min(2, 'a path has two devices or more, from the highest down'),
    'paths of devices, from the highest down: [[cover-1, cover-2, gauge-7], [cover-3, gauge-7]]',
  )
  .transform((paths, context) => {
    const next = new Map<string, Set<string>>();
    const below = (id: string) => next.get(id) ?? next.set(id, new Set()).get(id)!;
    paths.forEach((path, i) => {
      path.forEach((id, place) => {
        const [own, down] = [below(id), path[place + 1]];
        if (down === undefined) return;
        const way = wayDown(next, down, id);
        if (way.length === 0) own.add(down);
        else
          context.addIssue({
            code: 'custom',
            path: [i, place + 1],
            message: `water would run in a circle: ${[id, ...way].join(' → ')}; a path names devices from the highest down`,
          });
      });
    });
    return next;
  });

/** Gateways with the devices that come in through them. */
const GatewaysInFile = z
  .record(DeviceId, z.array(DeviceId, 'ids of devices, such as [gauge-1, gauge-2]'))
  .transform((gateways, context) => {
    const through = new Map<string, string>();
    for (const [gateway, devices] of Object.entries(gateways)) {
      devices.forEach((id, place) => {
        const other = through.get(id);
        const problem =
          id === gateway
            ? 'a gateway is not behind itself'
            : id in gateways
              ? `${id} is a gateway itself; name the devices behind it there`
              : other !== undefined
                ? `${id} stands behind ${other} already; name only devices that come in through one gateway alone`
                : null;
        if (problem) context.addIssue({ code: 'custom', path: [gateway, place], message: problem });
        through.set(id, gateway);
      });
    }
    return new Map(Object.entries(gateways));
  });

/** The devices from one down to another; none when water does not run there. */
function wayDown(next: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): string[] {
  const cameBy = new Map<string, string | null>([[from, null]]);
  for (const id of cameBy.keys()) for (const one of next.get(id) ?? []) if (!cameBy.has(one)) cameBy.set(one, id);
  if (!cameBy.has(to)) return [];
  const way: string[] = [];
  for (let id: string | null = to; id !== null; id = cameBy.get(id)!) way.unshift(id);
  return way;
}

const SiteFile = z.strictObject({
  holidays: z.array(Days).default([]),
  workdays: z.array(Days).default([]),
  places: z.record(Name, PositionInFile, named).default({}),
  areas: z.record(Name, AreaInFile, named).default({}),
  open: z.record(z.string(), HoursOfDays).default({}),
  limits: z.record(z.string(), z.record(Name, LimitInFile)).default({}),
  gateways: GatewaysInFile.default(new Map()),
  drainage: PathsInFile.default(new Map()),
});

/**
 * Reads the site file: holidays, places, areas, opening hours, limits, gateways and paths of drainage that rules go by.
 * @throws TocsinError DEVICE_TYPE_INVALID that names line, place and what is allowed.
 */
export function readSiteFile(file: string): Site {
  const { holidays, workdays, places, areas, open, limits, gateways, drainage } = readYaml(file, SiteFile);
  return {
    holidays: new Set(holidays.flat()),
    workdays: new Set(workdays.flat()),
    places: new Map(Object.entries(places)),
    areas: new Map(Object.entries(areas)),
    openHours: new Map(Object.entries(open)),
    limits: new Map(Object.entries(limits).map(([device, own]) => [device, new Map(Object.entries(own))])),
    gateways,
    drainage,
  };
}
