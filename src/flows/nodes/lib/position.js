const fs = require('node:fs');
const path = require('node:path');

/**
 * Where a node has got to in the feed, in a file of Node-RED's user folder, so that a restart goes on from there.
 * Written whole and renamed into place: after a crash the old one or the new one is there.
 */
class Position {
  #file;

  constructor(userDir, nodeId) {
    this.#file = path.join(userDir, 'tocsin', `${nodeId}.json`);
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
  }

  /** @returns {{seq: number | null, waiting: boolean, attempts: number, episodes: object} | null} */
  load() {
    try {
      return JSON.parse(fs.readFileSync(this.#file, 'utf8'));
    } catch {
      // None yet, or damaged: the node then starts from the alarms that are active now.
      return null;
    }
  }

  save(state) {
    fs.writeFileSync(`${this.#file}.new`, JSON.stringify(state));
    fs.renameSync(`${this.#file}.new`, this.#file);
  }

  remove() {
    fs.rmSync(this.#file, { force: true });
  }
}

module.exports = { Position };
