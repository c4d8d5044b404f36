const severities = ['blue', 'yellow', 'orange', 'red'];
/** How many alarms that are over are remembered, so that what people do to them later is not news. */
const keptWhenOver = 500;

/**
 * Tells what changed about an alarm since it was last seen. The feed says only that something about it did, and how
 * it is now.
 *
 * An alarm belongs to a node from the moment it first passes the node's filter: to the node it is `raised` then, even
 * if it was less severe before. From there on the node hears everything about it, also when its severity falls below
 * the filter's: what a flow switched on, it must be able to switch off.
 */
class Episodes {
  #filter;
  /** Alarm id → what was last seen of it. */
  #seen;
  /** Alarms that were raised up to here and are not in `#seen` are old. Received time. */
  #since;

  /**
   * @param filter {minSeverity, deviceType, ruleId, gridId}; an empty string lets everything pass
   * @param saved what toJSON gave, or null
   */
  constructor(filter, saved) {
    this.#filter = filter;
    this.#seen = new Map(saved?.seen ?? []);
    this.#since = saved?.since ?? null;
  }

  /** @returns the kinds of change, in order: raised, severity, continued, acknowledged, cleared */
  take(alarm) {
    const before = this.#seen.get(alarm.id);
    if (!before && !this.#begins(alarm)) return [];
    const kinds = [];
    if (!before) kinds.push('raised');
    else if (before.severity !== alarm.severity) kinds.push('severity');
    else if (alarm.active && alarm.count > before.count) kinds.push('continued');
    if (alarm.acknowledgedAt !== null && before?.acknowledged === false) kinds.push('acknowledged');
    if (!alarm.active && before?.active !== false) kinds.push('cleared');
    this.#remember(alarm);
    return kinds;
  }

  /** How many alarms of this node are active in a grid. */
  activeIn(gridId) {
    return this.active().filter((id) => this.#seen.get(id).gridId === gridId).length;
  }

  /** Ids of the alarms of this node that are active. */
  active() {
    return [...this.#seen].filter(([, seen]) => seen.active).map(([id]) => id);
  }

  /** Before the first look at the feed: alarms that are over by now began before us. */
  startAfter(receivedAt) {
    this.#since ??= receivedAt;
  }

  toJSON() {
    return { seen: [...this.#seen], since: this.#since };
  }

  #begins(alarm) {
    const { minSeverity, deviceType, ruleId, gridId } = this.#filter;
    if (!alarm.active && alarm.raisedReceivedAt <= (this.#since ?? 0)) return false;
    const severity = alarm.active ? alarm.severity : alarm.peakSeverity;
    return (
      severities.indexOf(severity) >= severities.indexOf(minSeverity || 'blue') &&
      (!deviceType || alarm.deviceType === deviceType) &&
      (!ruleId || alarm.ruleId === ruleId) &&
      (!gridId || alarm.gridId === gridId)
    );
  }

  #remember(alarm) {
    // Taken out first: the map's order is then the order of the last news.
    this.#seen.delete(alarm.id);
    this.#seen.set(alarm.id, {
      severity: alarm.severity,
      active: alarm.active,
      acknowledged: alarm.acknowledgedAt !== null,
      count: alarm.count,
      gridId: alarm.gridId,
      raised: alarm.raisedReceivedAt,
    });
    if (alarm.active) return;
    const over = [...this.#seen].filter(([, seen]) => !seen.active);
    for (const [id, seen] of over.slice(0, Math.max(0, over.length - keptWhenOver))) {
      this.#seen.delete(id);
      this.#since = Math.max(this.#since ?? 0, seen.raised);
    }
  }
}

module.exports = { Episodes };
