import type {
  Alarm,
  AlarmDetail,
  Area,
  Backtest,
  Case,
  CaseDetail,
  Device,
  DeviceRule,
  DeviceType,
  Explanation,
  LatestValue,
  NewBacktest,
  NewReplay,
  QuarantineCount,
  QuarantinedFrame,
  QuarantinedFrameDetail,
  Replay,
  RuleChange,
  RuleCheck,
  RuleOverview,
  RuleVersion,
  Series,
  Session,
  ShadowComparison,
  Summary,
  SystemStatus,
} from '../../api/contract.ts';
import { learnServiceTime } from '../state/now.ts';
import { ApiFailure } from './failure.ts';

type Query = Record<string, string | number | boolean | null | undefined>;

/** Called when the service says that nobody is signed in. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

async function call<T>(method: string, path: string, given: { query?: Query; body?: unknown } = {}): Promise<T> {
  const url = new URL(`/api/v1${path}`, window.location.origin);
  for (const [name, value] of Object.entries(given.query ?? {})) {
    if (value !== null && value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      ...(given.body === undefined
        ? {}
        : { body: JSON.stringify(given.body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new ApiFailure('offline', 0, '');
  }
  learnServiceTime(response.headers.get('date'));
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const failure = ApiFailure.of(response.status, answer);
  if (failure.code === 'SIGN_IN_REQUIRED') onSignedOut();
  throw failure;
}

const get = <T>(path: string, query?: Query) => call<T>('GET', path, { query });
const post = <T>(path: string, body: unknown = {}) => call<T>('POST', path, { body });
const part = encodeURIComponent;

export interface AlarmQuery extends Query {
  active?: boolean;
  /** One or more, with commas. */
  severity?: string;
  grid?: string;
  device?: string;
  limit?: number;
  before?: number;
}

/** Every route that the console uses, in the shapes of src/api/contract.ts. Each rejects with an ApiFailure. */
export const api = {
  signIn: (login: string, password: string) => post<Session>('/session', { login, password }),
  session: () => get<Session>('/session'),
  signOut: () => call<void>('DELETE', '/session'),
  changePassword: (current: string, next: string) =>
    call<void>('PUT', '/session/password', { body: { current, next } }),
  areas: () => get<Area[]>('/areas'),
  deviceTypes: () => get<DeviceType[]>('/device-types'),
  devices: (query: { cursor?: string; limit?: number }) => get<Device[]>('/devices', query),
  device: (id: string) => get<Device>(`/devices/${part(id)}`),
  latest: (id: string) => get<LatestValue[]>(`/devices/${part(id)}/latest`),
  series: (id: string, query: { channel: string; from: number; to: number; points: number }) =>
    get<Series>(`/devices/${part(id)}/series`, query),
  command: (id: string, command: string, args: Record<string, unknown>) =>
    post<{ connected: boolean }>(`/devices/${part(id)}/commands`, { command, arguments: args }),
  alarms: (query: AlarmQuery) => get<Alarm[]>('/alarms', query),
  alarm: (id: string) => get<AlarmDetail>(`/alarms/${part(id)}`),
  acknowledge: (id: string, note: string) => post<AlarmDetail>(`/alarms/${part(id)}/acknowledge`, noted(note)),
  sayWord: (id: string, verdict: string) => post<AlarmDetail>(`/alarms/${part(id)}/words`, { verdict }),
  takeBackWord: (id: string, verdict: string) =>
    post<AlarmDetail>(`/alarms/${part(id)}/words/${part(verdict)}/take-back`, {}),
  cases: (query: { status?: string; mine?: boolean; before?: number; limit?: number }) => get<Case[]>('/cases', query),
  case: (id: string) => get<CaseDetail>(`/cases/${part(id)}`),
  caseMove: (id: string, move: 'accept' | 'note' | 'handled', note: string) =>
    post<unknown>(`/cases/${part(id)}/${move}`, noted(note)),
  verifyCase: (id: string, pass: boolean, note: string) =>
    post<unknown>(`/cases/${part(id)}/verify`, { pass, ...noted(note) }),
  quarantine: (query: { before?: number; limit?: number }) => get<QuarantinedFrame[]>('/quarantine', query),
  quarantineCounts: () => get<QuarantineCount[]>('/quarantine/counts'),
  backtests: () => get<Backtest[]>('/backtests'),
  backtest: (id: number) => get<Backtest>(`/backtests/${id}`),
  beginBacktest: (backtest: NewBacktest) => post<Backtest>('/backtests', backtest),
  cancelBacktest: (id: number) => call<void>('DELETE', `/backtests/${id}`),
  shadow: (ruleId: string) => get<ShadowComparison>(`/rules/${ruleId}/shadow`),
  explain: (device: string, rule: string, at: number) =>
    get<Explanation>(`/devices/${part(device)}/explain`, { rule, at }),
  replays: (query: { limit?: number }) => get<Replay[]>('/replays', query),
  replay: (replay: NewReplay) => post<Replay>('/replays', replay),
  quarantined: (id: number) => get<QuarantinedFrameDetail>(`/quarantine/${id}`),
  rules: () => get<RuleOverview[]>('/rules'),
  deviceRules: (id: string) => get<DeviceRule[]>(`/devices/${part(id)}/rules`),
  /** Rules are called `{device type}/{name}`, as in their address. */
  ruleVersions: (ruleId: string) => get<RuleVersion[]>(`/rules/${ruleId}/versions`),
  checkRule: (given: { deviceType: string; text: string; name?: string }) => post<RuleCheck>('/rules/check', given),
  setRule: (ruleId: string, change: RuleChange) => call<RuleVersion>('PUT', `/rules/${ruleId}`, { body: change }),
  withdrawRule: ({ ruleId, scope, scopeId, lane }: RuleVersion, note: string) =>
    call<RuleVersion>('DELETE', `/rules/${ruleId}`, { query: { scope, scopeId, lane, note } }),
  revertRule: (ruleId: string, version: number, note: string) =>
    post<RuleVersion>(`/rules/${ruleId}/revert`, { version, note }),
  summary: () => get<Summary>('/summary'),
  system: () => get<SystemStatus>('/system'),
};

function noted(note: string): { note?: string } {
  return note.trim() ? { note: note.trim() } : {};
}
