import { computed, shallowReactive, shallowRef } from 'vue';
import type { Area, Channel, Device, DeviceType } from '../../api/contract.ts';
import { api } from '../api/client.ts';
import { nameOf } from '../messages/index.ts';

const pageSize = 2000;

/** What stands where: changes seldom, read once, kept up by the feed. */
export const areas = shallowReactive(new Map<string, Area>());
export const deviceTypes = shallowReactive(new Map<string, DeviceType>());
/** A new map each time something changes, so that a map of thousands of points redraws once. */
export const devices = shallowRef<ReadonlyMap<string, Device>>(new Map());

export const grids = computed(() =>
  [...areas.values()].filter((area) => area.tier === 'grid').sort((a, b) => a.id.localeCompare(b.id)),
);

/** Rejects with an ApiFailure. */
export async function loadCatalogue(): Promise<void> {
  const [areaList, typeList, deviceList] = await Promise.all([api.areas(), api.deviceTypes(), allDevices()]);
  replace(areas, areaList);
  replace(deviceTypes, typeList);
  devices.value = new Map(deviceList.map((device) => [device.id, device]));
}

export function clearCatalogue(): void {
  areas.clear();
  deviceTypes.clear();
  devices.value = new Map();
}

/** A device as the feed has it now; null when it is gone. */
export function putDevice(id: string, device: Device | null): void {
  const next = new Map(devices.value);
  if (device) next.set(id, device);
  else next.delete(id);
  devices.value = next;
}

export function areaName(id: string | null | undefined): string {
  const area = id ? areas.get(id) : undefined;
  return area ? nameOf(area.name) : (id ?? '');
}

/** Names of an area in both languages, for searching. */
export function areaNames(id: string): string {
  const area = areas.get(id);
  return area ? `${area.name.zh} ${area.name.en}` : id;
}

export function typeName(id: string): string {
  const type = deviceTypes.get(id);
  return type ? nameOf(type.name) : id;
}

export function channelOf(typeId: string, channel: string): Channel | undefined {
  return deviceTypes.get(typeId)?.channels.find((one) => one.name === channel);
}

async function allDevices(): Promise<Device[]> {
  const found: Device[] = [];
  for (;;) {
    const page = await api.devices({ limit: pageSize, cursor: found.at(-1)?.id });
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}

function replace<T extends { id: string }>(map: Map<string, T>, list: T[]): void {
  map.clear();
  for (const item of list) map.set(item.id, item);
}
