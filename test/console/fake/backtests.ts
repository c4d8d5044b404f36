import type {
  AlarmDetail,
  Backtest,
  Device,
  Explanation,
  Person,
  ShadowComparison,
} from '../../../src/api/contract.ts';
import { forAll, Backtest as Judging } from '../../../src/backtest/backtest.ts';
import { blindRules } from '../../../src/backtest/blind-rules.ts';
import { differenceOf } from '../../../src/backtest/difference.ts';
import { Explainer } from '../../../src/backtest/explain/explain.ts';
import { Words } from '../../../src/backtest/explain/words.ts';
import { Spacing } from '../../../src/backtest/spacing.ts';
import type { DeviceType } from '../../../src/model/device-type.ts';
import type { Sample } from '../../../src/model/sample.ts';
import { compileType } from '../../../src/rules/compile.ts';
import { usableRules } from '../../../src/rules/versions/check-rule.ts';
import { LocalTimes } from '../../../src/shared/local-times.ts';
import { randomFrom } from '../../support/random.ts';
import { FakeFailure } from './failure.ts';
import { valueAt } from './series.ts';

const hour = 3_600_000;
/** A day before the time that is asked for warms the rules up. */
const warmUpMs = 24 * hour;
/** The rest of the devices of a type only have more of the same. */
const mostDevices = 6;

interface Town {
  types: ReadonlyMap<string, DeviceType>;
  devices: readonly Device[];
  /** What has happened to a device. */
  alarmOf(deviceId: string): AlarmDetail | undefined;
}

/** Rules tried by the real code on what the town's charts show. A backtest is half done when it is looked at first. */
export class FakeBacktests {
  /** Whether one that has been looked at is done with the next look; else it goes on for ever. */
  finishing = true;
  readonly #town: Town;
  readonly #all: Backtest[] = [];

  constructor(town: Town) {
    this.#town = town;
  }

  /** @throws TocsinError RULE_INVALID, as the real API answers. */
  begin(body: Record<string, unknown>, person: Person): Backtest {
    const {
      deviceType,
      rules = null,
      deviceIds,
    } = body as { deviceType: string; rules?: string; deviceIds?: string[] };
    if (rules !== null) usableRules(rules, this.#town.types.get(deviceType)!);
    const ofType = this.#town.devices.filter(({ type }) => type === deviceType).map(({ id }) => id);
    const backtest: Backtest = {
      id: this.#all.length + 1,
      deviceType,
      rules,
      againstCurrent: true,
      deviceIds: deviceIds ?? ofType,
      from: Number(body.from),
      to: Number(body.to),
      requestedAt: Date.now(),
      byPersonId: person.id,
      state: 'running',
      progress: 0.4,
      finishedAt: null,
      result: null,
      error: null,
    };
    this.#all.unshift(backtest);
    return { ...backtest };
  }

  list(): Backtest[] {
    return this.#all.map((one) => ({ ...one, result: null }));
  }

  get(id: string): Backtest {
    const backtest = this.#all.find((one) => String(one.id) === id);
    if (!backtest) throw new FakeFailure(404, 'NOT_FOUND', `There is no backtest ${id}; they are kept for a day.`);
    const seen = { ...backtest };
    if (this.finishing && backtest.state === 'running') Object.assign(backtest, this.#ended(backtest));
    return seen;
  }

  cancel(id: string): object {
    const backtest = this.#all.find((one) => String(one.id) === id);
    if (backtest?.state === 'running') Object.assign(backtest, { state: 'cancelled', finishedAt: Date.now() });
    return {};
  }

  /** Why a rule has, or has not, raised an alarm. */
  explain(device: Device, rule: string, at: number): Explanation {
    const type = compileType(this.#town.types.get(device.type)!);
    const words = new Words(new LocalTimes('Asia/Shanghai'));
    const explainer = new Explainer(type, { device: device.id, rule, at }, words, { known: () => undefined });
    explainer.take([...this.#samples([device], at - warmUpMs, at + 1)]);
    return explainer.answer();
  }

  /** What a rule with a lower limit would have said of a device in the last days. */
  shadow(ruleId: string): ShadowComparison {
    const type = this.#town.types.get(ruleId.split('/')[0]!)!;
    const devices = this.#town.devices.filter((one) => one.type === type.id).slice(5, 9);
    const rules = type.rules.map((rule) => ({
      ...rule,
      levels: rule.levels.map((level) => ({ ...level, when: level.when.replace('level >= 15 cm', 'level >= 12 cm') })),
    }));
    const since = Date.now() - 20 * hour;
    const { tried, current } = this.#tried(compileType({ ...type, rules }), type, devices, since, Date.now());
    const own = (one: { rule: string }) => one.rule === ruleId;
    const [before, now] = [current.filter(own), tried.filter(own)];
    const { same, added, removed, changed, alarms } = differenceOf(
      { rules: [ruleId], alarms: before },
      { rules: [ruleId], alarms: now },
    );
    const counts = { agree: same, otherwise: changed, onlyLive: removed, onlyShadow: added };
    return { ruleId, since, versions: [], devices: devices.length, ...counts, alarms };
  }

  #ended({ deviceType, deviceIds, rules, from, to }: Backtest): Partial<Backtest> {
    const type = this.#town.types.get(deviceType)!;
    const compiled = rules === null ? compileType(type) : usableRules(rules, type);
    const devices = this.#town.devices.filter(({ id }) => deviceIds.includes(id)).slice(0, mostDevices);
    const against = rules === null ? null : forAll(compileType(type));
    const judging = new Judging({ rules: forAll(compiled), against, from, to });
    const spacing = new Spacing();
    for (const sample of this.#samples(devices, from - warmUpMs, to)) {
      judging.take([sample]);
      spacing.take([sample]);
    }
    const result = { ...judging.result(), more: 0, coarseBefore: null, notes: blindRules(compiled, spacing) };
    return { state: 'done', progress: 1, finishedAt: Date.now(), result };
  }

  #tried(
    rules: ReturnType<typeof compileType>,
    type: DeviceType,
    devices: readonly Device[],
    from: number,
    to: number,
  ) {
    const ledgerOf = (compiled: ReturnType<typeof compileType>) => {
      const judging = new Judging({ rules: forAll(compiled), against: null, from, to });
      judging.take([...this.#samples(devices, from - warmUpMs, to)]);
      return judging.result().ledger;
    };
    return { tried: ledgerOf(rules), current: ledgerOf(compileType(type)) };
  }

  /** Every five minutes, device by device within one moment. */
  *#samples(devices: readonly Device[], from: number, to: number): Generator<Sample> {
    const step = 5 * 60_000;
    const next = randomFrom(5);
    for (let at = Math.ceil(from / step) * step; at < to; at += step)
      for (const { id, type } of devices) {
        const alarm = this.#town.alarmOf(id);
        const { channels } = this.#town.types.get(type)!;
        const values = Object.fromEntries(
          channels.map((channel) => [channel.name, valueAt(channel, at, alarm, next())]),
        );
        yield { deviceId: id, measuredAt: at, receivedAt: at, values };
      }
  }
}
