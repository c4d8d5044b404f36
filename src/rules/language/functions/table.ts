import type { RuleFunction } from '../function.ts';
import { baselineFamily } from './baseline.ts';
import { deviceFamily } from './devices.ts';
import { episodeFamily } from './episode.ts';
import { forecastFamily } from './forecast.ts';
import { limitFamily } from './limits.ts';
import { neighbourFamily } from './neighbours.ts';
import { numberFamily } from './numbers.ts';
import { placeFamily } from './place.ts';
import { silenceFamily } from './silence.ts';
import { stateFamily } from './states.ts';
import { timeFamily } from './time.ts';
import { windowFamily } from './windows.ts';

/** Every function of the rule language, by name: what errors and the page are made of. */
export const functions: ReadonlyMap<string, RuleFunction> = new Map(
  [
    ...windowFamily,
    ...stateFamily,
    ...episodeFamily,
    ...baselineFamily,
    ...forecastFamily,
    ...timeFamily,
    ...placeFamily,
    ...limitFamily,
    ...silenceFamily,
    ...deviceFamily,
    ...neighbourFamily,
    ...numberFamily,
  ].map((one) => [one.name, one]),
);
