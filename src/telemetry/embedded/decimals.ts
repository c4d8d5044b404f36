import { greatestWhole } from './whole-column.ts';

/** Powers of ten that a double holds exactly and that a value with 15 digits may need. */
const powers = Array.from({ length: 16 }, (_, digits) => 10 ** digits);

/**
 * How many decimal places write every one of the values so that the very same double comes back; null when none do.
 * What a sensor says has few: 12.34 is 1234 hundredths, and 1234 / 100 is 12.34 to the last bit.
 */
export function decimalPlaces(values: Float64Array): number | null {
  let places = 0;
  for (const value of values) {
    while (!isDecimal(value, places)) {
      places += 1;
      if (places === powers.length) return null;
    }
  }
  // More places than a value needs may take it beyond what is exact.
  for (const value of values) if (!isDecimal(value, places)) return null;
  return places;
}

/** @param places as `decimalPlaces` gave them */
export function toWhole(value: number, places: number): number {
  return Math.round(value * powers[places]!);
}

export function fromWhole(whole: number, places: number): number {
  return whole / powers[places]!;
}

function isDecimal(value: number, places: number): boolean {
  const whole = toWhole(value, places);
  // Differences of whole numbers have no -0.
  return Math.abs(whole) <= greatestWhole / 4 && fromWhole(whole, places) === value && !Object.is(value, -0);
}
