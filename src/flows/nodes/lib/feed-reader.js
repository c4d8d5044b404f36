const { setTimeout: sleep } = require('node:timers/promises');
const { Episodes } = require('./episodes.js');

/** Messages that may be in the flow at once; while there are so many, the feed is not read on. */
const windowSize = 100;
/** Starts that may fail in the middle of the same message before it is given up. */
const maxAttempts = 3;
/** Alarms that are asked for at once. */
const pageSize = 200;
/** How often the position is written while nothing has to wait for it, milliseconds. */
const saveEvery = 1000;
const longestPause = 30_000;

/**
 * Reads the feed and hands each change of an alarm on, at least once: the position that a restart goes on from moves
 * only behind changes that have been handled, in order. A change whose handling ended the process three times (an
 * endless loop in a flow, say) is given up, so that the ones behind it get through.
 */
class FeedReader {
  #client;
  #position;
  #filter;
  #on;
  /** What has been read, and what has been handled: the second is saved. */
  #live;
  #kept;
  #received;
  #keptSeq;
  #attempts;
  /** Events in the order of the feed: {seq, alarm, open: changes not handled yet}. */
  #underWay = [];
  #room = null;
  #saving = null;
  #waitingIsSaved = false;
  #closing = new AbortController();

  /**
   * @param on {change(kind, alarm, activeInGrid, handled), status(name), trouble(error), givenUp(alarm)}
   * @param filter as in Episodes
   */
  constructor({ client, position, filter, on }) {
    this.#client = client;
    this.#position = position;
    this.#filter = filter;
    this.#on = on;
    const saved = position.load();
    // Two of their own: what has been handled lags behind what has been read.
    this.#live = new Episodes(filter, saved?.episodes);
    this.#kept = new Episodes(filter, saved?.episodes);
    this.#received = this.#keptSeq = saved?.seq ?? null;
    this.#attempts = saved ? saved.attempts + (saved.waiting ? 1 : 0) : 0;
  }

  /** Reads until close; connects again after each break. */
  async run() {
    const { signal } = this.#closing;
    let pause = 1000;
    while (!signal.aborted) {
      try {
        this.#on.status('connecting');
        const feed = await this.#client().feed(this.#received, signal);
        await this.#catchUp(signal);
        this.#on.status('connected');
        pause = 1000;
        for await (const { name, id, data } of feed) {
          if (name === 'reset') await this.#reset(Number(id), signal);
          else await this.#event(data);
          if (signal.aborted) return;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#on.trouble(error);
      }
      this.#on.status('disconnected');
      await sleep(pause, undefined, { signal }).catch(() => {});
      pause = Math.min(pause * 2, longestPause);
    }
  }

  /** What is under way comes again at the next start; it is not to blame for this end. */
  close() {
    this.#closing.abort();
    this.#room?.();
    if (this.#saving || this.#waitingIsSaved) this.#save();
  }

  /** What the feed cannot tell: alarms that were active before the first look, or that it no longer reaches back to. */
  async #catchUp(signal) {
    const newest = await this.#client().get(`/api/v1/alarms?limit=${pageSize}`, signal);
    for (const episodes of [this.#live, this.#kept]) {
      episodes.startAfter(newest.reduce((latest, alarm) => Math.max(latest, alarm.raisedReceivedAt), 0));
    }
    const active = await this.#activeAlarms(signal);
    const known = new Set(active.map((alarm) => alarm.id));
    for (const alarm of active) await this.#alarm(null, alarm);
    for (const id of this.#live.active().filter((one) => !known.has(one))) {
      await this.#alarm(null, await this.#client().get(`/api/v1/alarms/${encodeURIComponent(id)}`, signal));
    }
  }

  /** Oldest first, as they were raised. */
  async #activeAlarms(signal) {
    const all = [];
    let page;
    do {
      const before = all.length > 0 ? `&before=${all.at(-1).raisedAt}` : '';
      page = await this.#client().get(`/api/v1/alarms?active=true&limit=${pageSize}${before}`, signal);
      all.push(...page);
    } while (page.length >= pageSize);
    return all.reverse();
  }

  /** The feed no longer reaches back to where we were. */
  async #reset(seq, signal) {
    this.#received = seq;
    await this.#catchUp(signal);
  }

  async #event(event) {
    if (this.#received !== null && event.seq <= this.#received) return;
    this.#received = event.seq;
    await this.#alarm(event.seq, event.kind === 'alarm' ? event.data : null);
  }

  /** @param seq position of the event; null for what catchUp found, which moves no position */
  async #alarm(seq, alarm) {
    // After a start that followed a crash one at a time, so that the one that ends the process is known.
    const most = this.#attempts > 0 ? 1 : windowSize;
    while (this.#underWay.length >= most && !this.#closing.signal.aborted) {
      await new Promise((resolve) => {
        this.#room = resolve;
      });
    }
    if (this.#closing.signal.aborted) return;
    const kinds = alarm ? this.#live.take(alarm).filter((kind) => this.#filter.kinds.includes(kind)) : [];
    const entry = { seq, alarm, open: kinds.length };
    this.#underWay.push(entry);
    if (kinds.length > 0 && this.#attempts >= maxAttempts) {
      this.#on.givenUp(alarm);
      entry.open = 0;
    } else if (kinds.length > 0) {
      this.#noteWaiting();
      const activeInGrid = this.#live.activeIn(alarm.gridId);
      for (const kind of kinds) {
        this.#on.change(kind, alarm, activeInGrid, () => {
          entry.open -= 1;
          this.#advance();
        });
      }
    }
    this.#advance();
  }

  /** Takes what has been handled off the front. */
  #advance() {
    let moved = false;
    while (this.#underWay[0]?.open === 0) {
      const { seq, alarm } = this.#underWay.shift();
      const news = alarm ? this.#kept.take(alarm).length > 0 : false;
      if (seq !== null) this.#keptSeq = seq;
      if (news) this.#attempts = 0;
      moved = true;
    }
    if (!moved) return;
    this.#room?.();
    const waiting = this.#underWay.some((one) => one.open > 0);
    // At once when nothing is under way any more: a crash from here on repeats nothing.
    if (this.#waitingIsSaved && !waiting) this.#save();
    else if (!this.#saving) this.#saving = setTimeout(() => this.#save(), saveEvery);
  }

  /** On disk before the first message goes out, so that a start knows that the last one ended in the middle of it. */
  #noteWaiting() {
    if (!this.#waitingIsSaved) this.#save();
  }

  #save() {
    clearTimeout(this.#saving);
    this.#saving = null;
    const waiting = !this.#closing.signal.aborted && this.#underWay.some((entry) => entry.open > 0);
    this.#waitingIsSaved = waiting;
    this.#position.save({ seq: this.#keptSeq, waiting, attempts: this.#attempts, episodes: this.#kept.toJSON() });
  }
}

module.exports = { FeedReader };
