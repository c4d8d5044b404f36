/** What pairing goes by. */
export interface Paired {
  ruleId: string;
  deviceId: string;
  /** Measured times, milliseconds since the epoch. */
  raisedAt: number;
  clearedAt: number | null;
}

/**
 * Which episode is which alarm: those with the same id, or else those of one rule and device that overlap in time. What
 * began at another moment than was known is one alarm that is corrected, not one taken back and another found.
 * @param alarms by their ids; of several that fit, those that come first are taken first.
 */
export function pairEpisodes<E extends Paired & { alarmId: string }, A extends Paired>(
  alarms: ReadonlyMap<string, A>,
  episodes: readonly E[],
): Map<E, A> {
  const pairs = new Map<E, A>();
  const free = new Set(alarms.values());
  const join = (episode: E, alarm: A | undefined) => {
    if (alarm && free.delete(alarm)) pairs.set(episode, alarm);
  };
  for (const episode of episodes) join(episode, alarms.get(episode.alarmId));
  if (free.size === 0 || pairs.size === episodes.length) return pairs;
  const byRule = Map.groupBy(free, keyOf);
  for (const episode of episodes.toSorted((a, b) => a.raisedAt - b.raisedAt)) {
    if (pairs.has(episode)) continue;
    const others = byRule.get(keyOf(episode)) ?? [];
    join(
      episode,
      others.find((alarm) => free.has(alarm) && overlap(alarm, episode)),
    );
  }
  return pairs;
}

const keyOf = ({ ruleId, deviceId }: Paired) => `${deviceId} ${ruleId}`;

function overlap(one: Paired, other: Paired): boolean {
  const endOf = (facts: Paired) => facts.clearedAt ?? Number.POSITIVE_INFINITY;
  return one.raisedAt <= endOf(other) && other.raisedAt <= endOf(one);
}
