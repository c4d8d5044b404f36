/** How long no node may hold a message before it counts as handled, milliseconds: a catch node may still take it up. */
const settle = 100;
/** After this a message counts as handled anyway: some nodes never say that they are done. Milliseconds. */
const limit = 60_000;

/**
 * Knows when a flow is done with a message: no node has it any more, neither it nor one made from it (Node-RED keeps
 * `_msgid`). This is what lets `alarm in` move its position only behind work that has been done.
 */
class Handled {
  #open = new Map();
  /** Sent, not received yet. Between the two nobody else knows of the message. */
  #onTheWay = new WeakSet();

  constructor(hooks) {
    // The nodes may be loaded again, after having been switched off in the editor.
    hooks.remove('*.tocsin');
    hooks.add('preDeliver.tocsin', ({ msg }) => {
      this.#onTheWay.add(msg);
      this.#count(msg._msgid, 1);
    });
    // Link and catch nodes are handed messages that nobody sent to them.
    hooks.add('onReceive.tocsin', ({ msg }) => {
      if (msg && !this.#onTheWay.delete(msg)) this.#count(msg._msgid, 1);
    });
    hooks.add('onComplete.tocsin', ({ msg }) => this.#count(msg?._msgid, -1));
  }

  /** Call before sending the message; `then` is called once, after the flow is done with it. */
  watch(messageId, then) {
    const entry = { held: 0, then, check: null, limit: null };
    entry.limit = setTimeout(() => this.#end(messageId), limit);
    entry.check = setTimeout(() => this.#end(messageId), settle);
    this.#open.set(messageId, entry);
  }

  /** The node is closing: its messages are of no interest any more. */
  forget(messageId) {
    const entry = this.#open.get(messageId);
    if (!entry) return;
    clearTimeout(entry.limit);
    clearTimeout(entry.check);
    this.#open.delete(messageId);
  }

  #count(messageId, by) {
    const entry = this.#open.get(messageId);
    if (!entry) return;
    entry.held += by;
    clearTimeout(entry.check);
    if (entry.held <= 0) entry.check = setTimeout(() => this.#end(messageId), settle);
  }

  #end(messageId) {
    const { then } = this.#open.get(messageId);
    this.forget(messageId);
    then();
  }
}

module.exports = { Handled };
