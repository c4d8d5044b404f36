import type { Text } from '../model/text.ts';

/** Devices that are named in a sentence; the others are counted. */
const mostNamed = 5;

/** Names devices in a sentence. */
export function namedDevices(devices: ReadonlySet<string>): Text {
  const ids = [...devices].sort();
  const first = ids.slice(0, mostNamed);
  const more = ids.length - first.length;
  if (more === 0) return { zh: first.join('、'), en: first.join(', ') };
  return { zh: `${first.join('、')} 等 ${ids.length} 台设备`, en: `${first.join(', ')} and ${more} more` };
}
