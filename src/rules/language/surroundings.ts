import type { Baseline } from '../../baseline/baseline.ts';
import type { Tier } from '../../model/area.ts';
import type { Device } from '../../model/device.ts';
import type { CompiledType } from '../compile.ts';
import type { Measure } from './measures.ts';

/**
 * What is known around one device that it does not measure itself: where it stands, which day it is there, what other
 * devices say. All of it is given; nothing here has a clock. Truths are 1, 0 or NaN where it is not known.
 */
export interface Surroundings {
  /** The device's own. */
  id: string;
  /** Where the device was installed: WGS-84 degrees. */
  latitude: number;
  longitude: number;
  /** What must be added to a time of the epoch to get local time, milliseconds. */
  offsetMs(at: number): number;
  /** Whether it is a working day at that moment, by the calendar. */
  workday(at: number): number;
  /** Whether the place is open for business at that moment. */
  open(at: number): number;
  /** Whether a position lies in an area: the id of one, or a tier of those that the device stands in. */
  inside(area: string, latitude: number, longitude: number): number;
  /** Distance from a position to a named place, metres. */
  distance(place: string, latitude: number, longitude: number): number;
  /** Id of the area of a tier that the device stands in; null when it is not known. */
  area(tier: Tier): string | null;
  /** Ids of the devices that its water comes by; null when it stands on no path of drainage. */
  downstream: ReadonlySet<string> | null;
  /** Id of the gateway that it comes in through alone; null when nobody has said so. */
  gateway: string | null;
  /** Asks other devices; null where a device is judged by itself. */
  peers: PeerCounter | null;
  /** Where the device is asked by others: the baselines that it has itself, by channel. */
  baselineOf: ((channel: string) => Baseline | undefined) | null;
  /** The device's own limit of that name, as it reads in `measure`; NaN when nobody has set one of that kind. */
  limit(name: string, measure: Measure): number;
}

/** What is asked of other devices: whether something holds, or a number. */
export interface Asked {
  asks: 'condition' | 'value';
  source: string;
}

/** Which devices a rule asks, and what. */
export interface PeerQuestion {
  /** Names what is asked and its device type: questions of one key have one answer for each device. */
  key: string;
  where: PeerPlace;
  /** Device type of those that are asked. */
  type: string;
  /** Its rules are what is asked alone. */
  probe: CompiledType;
  /** What the answer measures; null where it is a condition. */
  measure: Measure | null;
  /** A reading older than this is not evidence, milliseconds. */
  maxGapMs: number;
}

/** Along the paths of drainage, without the device itself. */
export const courses = ['downstream', 'upstream'] as const;
export type Course = (typeof courses)[number];

/** An area that the device stands in, by its tier, a distance around it, metres, or where its water goes or comes from. */
export type PeerPlace = Tier | Course | { withinM: number };

export interface PeerCounter {
  /** Counts at a moment for how many a condition holds; the result stands in the three numbers below until the next call. */
  count(question: PeerQuestion, at: number): void;
  /** What the others say at a moment, as far as they know, in order; null where it is not known who they are. */
  values(question: PeerQuestion, at: number): readonly number[] | null;
  /** Ids of the devices that are there of which the answer is not known at a moment. */
  lacking(question: PeerQuestion, at: number): readonly string[];
  /** When since a time one of those that are counted changed its answer: measured times, in order. */
  changesSince(questions: readonly PeerQuestion[], from: number): number[];
  /** Devices for which it holds, those of which it is not known, and all that are there. */
  readonly holds: number;
  readonly unknown: number;
  readonly all: number;
}

const unknown = () => Number.NaN;

/** A place of which nothing is known; its local time is UTC. */
export const nowhere: Surroundings = {
  id: '',
  latitude: Number.NaN,
  longitude: Number.NaN,
  offsetMs: () => 0,
  workday: unknown,
  open: unknown,
  inside: unknown,
  distance: unknown,
  limit: unknown,
  area: () => null,
  downstream: null,
  gateway: null,
  peers: null,
  baselineOf: null,
};

/** How a fold finds what is around a device; a new one for each call. */
export type AroundOf = (device: Device) => Surroundings;
