import type { NormalBand } from '../baseline/baseline.ts';
import type { Deviation } from '../baseline/deviation.ts';
import type { BacktestJob, BacktestRequest, ExplainRequest } from '../model/backtest-request.ts';
import type { DeviceType } from '../model/device-type.ts';
import type { Explanation } from '../model/explanation.ts';
import type { KnownAreas } from '../response/known-areas.ts';
import type { AroundOf } from '../rules/language/surroundings.ts';
import type { Settings } from '../settings/schema.ts';
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logger.ts';
import type { Store } from '../store/open.ts';
import type { Bucket, LatestValue, RangeQuery } from '../telemetry/port.ts';
import type { SystemState } from '../watch/watch.ts';
import type { FeedHub } from './feed/hub.ts';
import type { RuleShelf } from './rules/rule-shelf.ts';

/** A frame that came over HTTP, as its sender signed it. */
export interface HttpFrame {
  deviceId: string;
  secret: string;
  /** One byte more than `intake.maxPayload` at most: enough to know that it is too large, and to keep its head. */
  payload: Uint8Array;
}

/** What the API needs of the gateway, which holds the connections of devices. */
export interface Gateway {
  /** Resolves when the frame is durable. Rejects with a TocsinError: bad credential, disabled, too large, not JSON … */
  acceptHttp(frame: HttpFrame): Promise<{ samples: number; problems: { code: string; reason: string }[] }>;
  /** Publishes on the device's command topic, QoS 1. Rejects with DEVICE_UNREACHABLE when it cannot ever get there. */
  sendCommand(deviceId: string, command: { command: string; arguments: Record<string, unknown> }): Promise<void>;
  /** Devices in the store changed: read these again, and end connections whose credential or state no longer holds. */
  devicesChanged(ids: readonly string[]): Promise<void>;
  isConnected(deviceId: string): Promise<boolean>;
}

/** What the API needs of the engine: the rule fold and its baselines. */
export interface Engine {
  /** Devices changed in the store: read these again. People, duty and webhooks it reads when it needs them. */
  devicesChanged(ids: readonly string[]): Promise<void>;
  /** Areas changed in the store: read them again. */
  areasChanged(): Promise<void>;
  /**
   * Normal values of a channel at the given times, where the baseline has learnt enough; the devices from which they are
   * borrowed, while they are; and the newest time in which the channel was unusual.
   */
  baseline(
    deviceId: string,
    channel: string,
    times: number[],
  ): Promise<{ band: NormalBand[]; borrowedFrom?: readonly string[]; deviation: Deviation | null }>;
}

/** What the API needs of the historian: the readings. */
export interface Historian {
  range(query: RangeQuery): Promise<Bucket[]>;
  latest(deviceId: string, channels: string[]): Promise<LatestValue[]>;
  /** Devices changed in the store: read these again. */
  devicesChanged(ids: readonly string[]): Promise<void>;
}

/** What the API needs to try rules on what has been kept. Jobs are in memory: a restart forgets them. */
export interface Tryouts {
  /** @throws TocsinError CONFLICT when too many wait already. */
  begin(request: BacktestRequest, byPersonId: string): BacktestJob;
  /** The newest first. */
  list(): BacktestJob[];
  get(id: number): BacktestJob | undefined;
  /** Ends one that waits or runs; of one that is over it changes nothing. */
  cancel(id: number): void;
  /** Rejects with NOT_FOUND when the device's type has no such rule. */
  explain(request: ExplainRequest): Promise<Explanation>;
}

/** Everything the API works with; the app gives it. */
export interface ApiContext {
  settings: Settings;
  store: Store;
  /** Id of a device type → the type. */
  deviceTypes: ReadonlyMap<string, DeviceType>;
  clock: Clock;
  log: Logger;
  gateway: Gateway;
  engine: Engine;
  historian: Historian;
  tryouts: Tryouts;
  feed: {
    /** Calls `onChange` after rows were added to the store's feed. Gives the function that ends it. */
    subscribe(onChange: () => void): () => void;
    /** The API has added rows itself: tell every subscriber, the API included. */
    changed(): void;
  };
  /** What the site file says of a device's place: its own limits. */
  aroundOf: AroundOf;
  areas: KnownAreas;
  /** Versions of rules, as they are in the store. */
  rules: RuleShelf;
  /** Versions of rules were added to the store: resolves when they are in the journal, from where on they hold. */
  announceRules(): Promise<void>;
  /** People said something about baselines: resolves when it is in the journal, from where on it holds. */
  announceWords(): Promise<void>;
  /** The clients of the live feed. */
  liveFeed: FeedHub;
  /** What the watch sees of Tocsin itself. */
  system(): SystemState;
  /** Every part and how it is; `detail` says what is wrong, for people. */
  readiness(): Promise<Record<string, { ok: boolean; detail?: string }>>;
  /** Prometheus text of all parts but the API. */
  metrics(): Promise<string>;
}
