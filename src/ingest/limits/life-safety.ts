import type { DeviceType } from '../../model/device-type.ts';

/** Whether a payload may speak of what is never shed. */
export type MayBeLifeSafety = (payload: Uint8Array) => boolean;

const never: MayBeLifeSafety = () => false;
/** A key may be written with escapes, `"s\u006fs"`: then only a parser could say what it is. */
const escaped = Buffer.from('\\u');

/**
 * Makes the test for devices of a type: whether the bytes name a channel that the type marks `lifeSafety`. It is cheap
 * and errs on the safe side: a name anywhere in the payload counts, whatever its value.
 */
export function lifeSafetyTest(type: DeviceType | undefined): MayBeLifeSafety {
  // Of a device whose type cannot be read nobody knows what it says.
  if (type === undefined) return () => true;
  const names = type.channels.filter(({ lifeSafety }) => lifeSafety).map(({ name }) => name);
  if (names.length === 0) return never;
  const mapped = type.map?.filter(({ channel }) => names.includes(channel)).map(({ path }) => path.at(-1)!) ?? [];
  const keys = [...new Set([...names, ...mapped])].map((key) => Buffer.from(JSON.stringify(key)));
  return (payload) => {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return keys.some((key) => bytes.includes(key)) || bytes.includes(escaped);
  };
}
