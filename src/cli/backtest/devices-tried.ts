import { type ListedDevice, readDeviceList } from '../../backtest/data/device-list.ts';
import { heardTypes } from '../../backtest/heard-types.ts';
import type { Device } from '../../model/device.ts';
import type { DeviceType } from '../../model/device-type.ts';
import type { Sample } from '../../model/sample.ts';
import type { CompiledType } from '../../rules/compile.ts';
import type { AroundOf } from '../../rules/language/surroundings.ts';
import type { DataArguments } from './data-arguments.ts';

/** The devices of a command line's files: which type each is of, and where it stands. */
export class DevicesTried {
  readonly #type: DeviceType;
  readonly #others: readonly DeviceType[];
  readonly #listed: ReadonlyMap<string, ListedDevice>;
  readonly #typeOf = new Map<string, string>();

  /**
   * @param type whose rules are tried
   * @param others types whose devices are only asked
   */
  constructor(type: DeviceType, others: readonly DeviceType[], listed: ReadonlyMap<string, ListedDevice>) {
    this.#type = type;
    this.#others = others;
    this.#listed = listed;
  }

  /** Those of a command line. @throws TocsinError DEVICE_TYPE_UNKNOWN, DEVICE_TYPE_INVALID, DATA_UNREADABLE, DATA_INVALID. */
  static async of(asked: DataArguments, typeOf: (name: string) => DeviceType): Promise<DevicesTried> {
    const others = new Set(asked.data.map(({ type }) => type));
    others.delete(asked.type);
    const listed = asked.devices === null ? new Map<string, ListedDevice>() : await readDeviceList(asked.devices);
    return new DevicesTried(typeOf(asked.type), Array.from(others, typeOf), listed);
  }

  /** Takes note of samples of one type, before they are judged. */
  note(samples: readonly Sample[], type: DeviceType): void {
    if (type !== this.#type) for (const { deviceId } of samples) this.#typeOf.set(deviceId, type.id);
  }

  /** Whether rules are tried on a device, and it is not only asked by others. */
  isTried(deviceId: string): boolean {
    return !this.#typeOf.has(deviceId);
  }

  device(id: string): Device {
    const { latitude, longitude, areas } = this.#listed.get(id) ?? nowhere;
    const type = this.#typeOf.get(id) ?? this.#type.id;
    return { id, type, name: id, latitude, longitude, gridId: areas.grid ?? '', state: 'active' };
  }

  /** Of other types, without rules: they are heard. */
  asked(): ReadonlyMap<string, CompiledType> {
    return heardTypes(this.#others);
  }

  /** Names of the channels of all of them. */
  channels(): string[] {
    return [...new Set([this.#type, ...this.#others].flatMap(({ channels }) => channels.map(({ name }) => name)))];
  }

  /** The same surroundings, in the areas that were said. */
  within(aroundOf: AroundOf): AroundOf {
    return (device) => {
      const around = aroundOf(device);
      const areas = this.#listed.get(device.id)?.areas;
      around.area = (tier) => areas?.[tier] ?? null;
      return around;
    };
  }
}

const nowhere: ListedDevice = { latitude: Number.NaN, longitude: Number.NaN, areas: {} };
