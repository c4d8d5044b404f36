import type { Scale, Unit } from './units.ts';

/** What it takes to say an amount of a gas in air as a share, as a share of what explodes, or as a mass. */
interface Gas {
  /** Molar mass, g/mol: standard atomic weights of IUPAC, 2021. */
  gramsPerMole: number;
  /** Lower explosive limit, % by volume: methane as in use in China, the others not checked against a standard. Null: does not burn. */
  explosivePercent: number | null;
}

/** Gases by the word for them in `device.yaml`. */
export const gases: Readonly<Record<string, Gas>> = {
  ch4: { gramsPerMole: 16.043, explosivePercent: 5 },
  co: { gramsPerMole: 28.01, explosivePercent: 10.9 },
  h2s: { gramsPerMole: 34.08, explosivePercent: 4 },
  o2: { gramsPerMole: 31.998, explosivePercent: null },
  nh3: { gramsPerMole: 17.031, explosivePercent: 15 },
  co2: { gramsPerMole: 44.009, explosivePercent: null },
};

/** Volume of a mole of any gas at 20 °C and 1013.25 hPa, m³: the state in which limits at work are given. */
const molarVolume = 0.024055;

/**
 * The scale of values of a gas in one unit, for a channel in another: ppm or % by volume, %LEL, mg/m3.
 * @returns null when one of the units says no amount of a gas, or %LEL is asked of one that does not burn.
 */
export function gasScale({ gramsPerMole, explosivePercent }: Gas, from: Unit, to: Unit): Scale | null {
  const shareOf = ({ dimension, factor }: Unit): number | null => {
    if (dimension === 'fraction') return factor;
    if (dimension === 'explosive-limit') return explosivePercent === null ? null : (factor * explosivePercent) / 100;
    if (dimension === 'mass/volume') return (factor * 1000 * molarVolume) / gramsPerMole;
    return null;
  };
  const [one, other] = [shareOf(from), shareOf(to)];
  return one === null || other === null ? null : { factor: one / other, offset: 0 };
}
