/** Does jobs one after the other, in the order they came; takes no more than `limit` at once. */
class OrderedQueue {
  #jobs = [];
  #limit;
  #onSize;
  #running = false;

  /** @param onSize called with the number of jobs that are not done yet, whenever it changes */
  constructor(limit, onSize) {
    this.#limit = limit;
    this.#onSize = onSize;
  }

  /** @returns false when it is full: the job is not taken */
  add(job) {
    if (this.#jobs.length >= this.#limit) return false;
    this.#jobs.push(job);
    this.#onSize(this.#jobs.length);
    if (!this.#running) this.#run();
    return true;
  }

  /** Leaves what has not begun undone. */
  clear() {
    this.#jobs.length = 0;
  }

  async #run() {
    this.#running = true;
    while (this.#jobs.length > 0) {
      await this.#jobs[0]();
      this.#jobs.shift();
      this.#onSize(this.#jobs.length);
    }
    this.#running = false;
  }
}

module.exports = { OrderedQueue };
