import type { Alarm, ApiError, Area, DeviceType, Duty, PersonRecord, Session } from '../src/api/contract.ts';
import { SimulatorError } from './simulator-error.ts';
import type { TownDevice, TownPerson } from './town.ts';

/** An answer of the API that is no success. */
export class ApiRefusal extends SimulatorError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The part of Tocsin's API that a town needs, as in `src/api/contract.ts`. */
export class ApiClient {
  readonly #url: string;
  #token = '';

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '');
  }

  async signIn(login: string, password: string): Promise<void> {
    const session = await this.#call<Session>('POST', '/api/v1/session', { login, password });
    if (!session.token) throw new SimulatorError(`${this.#url} gave no token to ${login}`);
    this.#token = session.token;
  }

  async putAreas(areas: readonly Area[]): Promise<void> {
    await this.#call('PUT', '/api/v1/areas', areas);
  }

  async people(): Promise<PersonRecord[]> {
    return await this.#call('GET', '/api/v1/people');
  }

  async addPerson(person: TownPerson & { password: string }): Promise<PersonRecord> {
    return await this.#call('POST', '/api/v1/people', person);
  }

  async duty(): Promise<Duty[]> {
    return await this.#call('GET', '/api/v1/duty');
  }

  async putDuty(duty: readonly Duty[]): Promise<void> {
    await this.#call('PUT', '/api/v1/duty', duty);
  }

  async deviceTypes(): Promise<DeviceType[]> {
    return await this.#call('GET', '/api/v1/device-types');
  }

  async alarms(): Promise<Alarm[]> {
    return await this.#call('GET', '/api/v1/alarms');
  }

  /** Adds a device, or takes the one that is there already. @returns its secret, a new one in both cases. */
  async addDevice(device: TownDevice): Promise<string> {
    try {
      return (await this.#call<{ secret: string }>('POST', '/api/v1/devices', device)).secret;
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 409) throw error;
      return (await this.#call<{ secret: string }>('POST', `/api/v1/devices/${device.id}/credential`)).secret;
    }
  }

  /** Opens the live feed; the caller reads its lines. */
  async feed(signal: AbortSignal): Promise<Response> {
    return await this.#send('GET', '/api/v1/feed', undefined, signal);
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, path, body);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  async #send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.#token) headers.authorization = `Bearer ${this.#token}`;
    let response: Response;
    try {
      response = await fetch(this.#url + path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new SimulatorError(`Nothing answers at ${this.#url} (${cause}). Is Tocsin running there? Set --url.`);
    }
    if (response.ok) return response;
    const refusal = (await response.json().catch(() => ({}))) as Partial<ApiError>;
    const reason = refusal.message ?? response.statusText;
    throw new ApiRefusal(response.status, `${method} ${path}: ${reason} (${refusal.code ?? response.status})`);
  }
}
