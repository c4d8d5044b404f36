import type { Text } from '../model/text.ts';
import type { AroundOf } from '../rules/language/surroundings.ts';
import { namedDevices } from './named-devices.ts';

/**
 * What rules have asked about devices and nobody has said: limits, opening hours, where they stand. A rule that goes by
 * it says nothing, and "no alarm" must not be taken for "all is well".
 */
export class NotTold {
  /** What was asked → the devices that it was asked of. */
  readonly #limits = new Map<string, Set<string>>();
  readonly #hours = new Set<string>();
  readonly #places = new Set<string>();

  /** The same surroundings, with what they cannot say noted. */
  noting(aroundOf: AroundOf): AroundOf {
    return (device) => {
      const around = aroundOf(device);
      const [limit, open] = [around.limit.bind(around), around.open.bind(around)];
      const [inside, distance] = [around.inside.bind(around), around.distance.bind(around)];
      around.limit = (name, measure) => {
        const value = limit(name, measure);
        if (Number.isNaN(value)) this.#noteLimit(name, device.id);
        return value;
      };
      around.open = (at) => {
        const value = open(at);
        if (Number.isNaN(value)) this.#hours.add(device.id);
        return value;
      };
      around.inside = (area, latitude, longitude) => {
        const value = inside(area, latitude, longitude);
        if (Number.isNaN(value) && !Number.isNaN(latitude + longitude)) this.#places.add(`inside(${area})`);
        return value;
      };
      around.distance = (place, latitude, longitude) => {
        const value = distance(place, latitude, longitude);
        if (Number.isNaN(value) && !Number.isNaN(latitude + longitude)) this.#places.add(`distance(${place})`);
        return value;
      };
      return around;
    };
  }

  #noteLimit(name: string, device: string): void {
    const devices = this.#limits.get(name);
    if (devices) devices.add(device);
    else this.#limits.set(name, new Set([device]));
  }

  /** In sentences, of what was asked so far. */
  get notes(): Text[] {
    const notes: Text[] = [];
    const byDevices = Map.groupBy(this.#limits, ([, devices]) => [...devices].sort().join(' '));
    for (const limits of byDevices.values()) {
      const names = limits.map(([name]) => `"${name}"`);
      const of = namedDevices(limits[0]![1]);
      notes.push({
        zh: `没有给 ${of.zh} 设定界限 ${names.join('、')}：凭它判断的规则无从得知，或按规则里写的数值。界限写在现场文件（siteFile）里。`,
        en: `Nobody has set ${names.length > 1 ? 'limits' : 'a limit'} ${names.join(', ')} for ${of.en}: what goes by them is not known, or goes by the number in the rule. They stand in the site file (TOCSIN_SITE_FILE).`,
      });
    }
    if (this.#hours.size > 0) {
      const of = namedDevices(this.#hours);
      notes.push({
        zh: `没有给 ${of.zh} 设定营业时间：open_hours() 无从得知。营业时间写在现场文件（siteFile）里。`,
        en: `Nobody has set opening hours for ${of.en}: open_hours() is not known. They stand in the site file (TOCSIN_SITE_FILE).`,
      });
    }
    if (this.#places.size > 0) {
      const what = [...this.#places].sort().join(', ');
      notes.push({
        zh: `设备安装在哪里、区域的边界无从得知，因此 ${what} 也无从得知。`,
        en: `It is not known where the devices were installed, or where an area is, so neither is ${what}.`,
      });
    }
    return notes;
  }
}
