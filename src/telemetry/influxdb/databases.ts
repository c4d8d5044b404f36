import type { Settings } from '../../settings/schema.ts';
import { writeDuration } from '../../shared/duration.ts';
import type { Logger } from '../../shared/logger.ts';
import { alterRetention, createDatabase, showDatabases, showRetention } from '../influxql.ts';
import type { InfluxServer } from './server.ts';

export interface DatabasesOptions {
  server: InfluxServer;
  organisation: string;
  manageRetention: Settings['telemetry']['influxdb']['manageRetention'];
  log: Logger;
}

/**
 * Makes databases (1.x) and buckets (2.x) with their retention. What is there already keeps the retention that
 * somebody gave it, unless the settings say `always`: a shorter one deletes.
 */
export class InfluxDatabases {
  readonly #options: DatabasesOptions;
  /** Databases about whose retention something was said. */
  readonly #told = new Set<string>();

  constructor(options: DatabasesOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that the database is there.
   * @returns how long it keeps readings, in milliseconds, null for ever; where that cannot be known what is wanted
   * @throws TocsinError TELEMETRY_UNAVAILABLE
   */
  async prepare(name: string, retentionMs: number): Promise<number | null> {
    const { generation } = await this.#options.server.kind();
    if (generation === 1) return await this.#prepareDatabase(name, retentionMs);
    if (generation === 2) return await this.#prepareBucket(name, retentionMs);
    // InfluxDB 3 makes a database with its first line; its retention is set with its own tools.
    return retentionMs;
  }

  async #prepareDatabase(name: string, retentionMs: number): Promise<number | null> {
    const { server, manageRetention } = this.#options;
    const names = (await server.query('', showDatabases)).flatMap(({ values }) => values.map(([name]) => name));
    if (!names.includes(name)) {
      const wanted = manageRetention === 'never' ? null : retentionMs;
      await server.query('', createDatabase(name, wanted), 'POST');
      return wanted;
    }
    const policies = (await server.query('', showRetention(name))).flatMap(({ values }) => values);
    const policy = policies.find(([, , , , isDefault]) => isDefault === true);
    // Somebody who may write need not be allowed to ask.
    if (!policy) return retentionMs;
    const found = milliseconds(String(policy[1]));
    if (!this.#mustChange(name, found, retentionMs)) return found;
    await server.query('', alterRetention(name, String(policy[0]), retentionMs), 'POST');
    return retentionMs;
  }

  async #prepareBucket(name: string, retentionMs: number): Promise<number | null> {
    const { server, organisation, manageRetention, log } = this.#options;
    try {
      const org = new URLSearchParams({ org: organisation });
      const bucket = await this.#findBucket(name, org);
      const rules = [{ type: 'expire', everySeconds: Math.ceil(retentionMs / 1000) }];
      if (!bucket) {
        const { orgs } = (await server.manage('GET', `/api/v2/orgs?${org}`)) as { orgs: { id: string }[] };
        const retentionRules = manageRetention === 'never' ? [] : rules;
        await server.manage('POST', '/api/v2/buckets', { orgID: orgs[0]?.id, name, retentionRules });
        return manageRetention === 'never' ? null : retentionMs;
      }
      const seconds = bucket.retentionRules.find(({ type }) => type === 'expire')?.everySeconds ?? 0;
      const found = seconds === 0 ? null : seconds * 1000;
      if (!this.#mustChange(name, found, retentionMs)) return found;
      await server.manage('PATCH', `/api/v2/buckets/${bucket.id}`, { retentionRules: rules });
      return retentionMs;
    } catch (error) {
      // A token may be good for nothing but writing and reading; whether the bucket is there the first write says.
      log.debug({ err: error, bucket: name }, 'The bucket cannot be looked at');
      return retentionMs;
    }
  }

  async #findBucket(name: string, org: URLSearchParams): Promise<Bucket | undefined> {
    const query = new URLSearchParams([...org, ['name', name]]);
    const answer = (await this.#options.server.manage('GET', `/api/v2/buckets?${query}`)) as { buckets: Bucket[] };
    return answer.buckets.find((bucket) => bucket.name === name);
  }

  /** Whether the retention that was found is to be changed; one that stays although it is another is said once. */
  #mustChange(name: string, foundMs: number | null, wantedMs: number): boolean {
    const { manageRetention, log } = this.#options;
    if (foundMs === wantedMs || manageRetention === 'never') return false;
    const facts = {
      database: name,
      is: foundMs === null ? 'for ever' : writeDuration(foundMs),
      wanted: writeDuration(wantedMs),
    };
    if (manageRetention === 'always') {
      log.warn(facts, 'The retention of a database of InfluxDB is changed to that of the settings');
      return true;
    }
    if (!this.#told.has(name)) {
      log.info(facts, 'A database of InfluxDB keeps the retention it had; manageRetention always would change it');
    }
    this.#told.add(name);
    return false;
  }
}

interface Bucket {
  id: string;
  name: string;
  retentionRules: { type: string; everySeconds: number }[];
}

/** `48h0m0s` → milliseconds; null for 0, which means for ever. */
function milliseconds(duration: string): number | null {
  const factors: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 };
  let total = 0;
  for (const [, number, unit] of duration.matchAll(/(\d+)([hms])/g)) total += Number(number) * factors[unit!]!;
  return total === 0 ? null : total;
}
