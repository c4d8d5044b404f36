/** One value of one series, as every contender is given it. */
export interface Reading {
  series: number;
  /** Milliseconds since the epoch. */
  at: number;
  value: number;
}

const start = Date.parse('2026-03-01T00:00:00Z');
const periodMs = 60_000;

/** Rounds from one wave to the next: a week, and eight hours as in a flood that comes and goes. */
export const waveEvery = { calm: 7 * 1440, flood: 480 } as const;
export type Weather = keyof typeof waveEvery;

/**
 * The water level of many gauges, in cm and told to the millimetre: a tide of its own for each, with now and then half an hour of a wave that passes
 * the limits, and noise that is the same in every run. Time goes on by a minute each round; in a round each gauge reports
 * once.
 */
export function readingOf(series: number, round: number, weather: Weather): Reading {
  const phase = series * 0.37;
  const tide = 6 + 4 * Math.sin(round / 60 + phase);
  // Spread over the time between two, so that few series and many have the same share of waves at any time.
  const since = (round + series * 7919) % waveEvery[weather];
  const wave = since < 30 ? 18 * Math.sin((since / 30) * Math.PI) : 0;
  const noise = (((series * 7919 + round * 104_729) % 1000) / 1000 - 0.5) * 0.4;
  return {
    series,
    at: start + round * periodMs + (series % 50_000),
    value: Math.round((tide + wave + noise) * 10) / 10,
  };
}
