import { type ApiClient, ApiRefusal } from './api-client.ts';
import { inParallel } from './in-parallel.ts';
import type { Town } from './town.ts';

/** Ids of the simulated town's duties begin so; duties of others are left as they are. */
const ours = 'town-';

/**
 * Puts a town into a Tocsin: areas, people, duty at all hours, devices. What is there already is kept; a person who is
 * there keeps the old password.
 * @returns device id → secret.
 */
export async function settleTown(
  api: ApiClient,
  town: Town,
  password: string,
  onProgress: (devices: number) => void = () => {},
): Promise<Map<string, string>> {
  await api.putAreas(town.areas);
  const known = new Map((await api.people()).map(({ login, id }) => [login, id]));
  await inParallel(town.people, 4, async (person) => {
    if (known.has(person.login)) return;
    known.set(person.login, (await api.addPerson({ ...person, password })).id);
  });
  const others = (await api.duty()).filter(({ id }) => !id.startsWith(ours));
  const duty = town.duty.map(({ areaId, login }) => {
    return { id: ours + areaId, areaId, personId: known.get(login)!, days: '1234567', fromMinute: 0, toMinute: 1440 };
  });
  await api.putDuty([...others, ...duty]);
  const secrets = new Map<string, string>();
  await inParallel(town.devices, 8, async (device) => {
    secrets.set(device.id, await patiently(() => api.addDevice(device)));
    onProgress(secrets.size);
  });
  return secrets;
}

/** Waits when the service asks for it: a town is many requests at once. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 429 || attempt === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}
