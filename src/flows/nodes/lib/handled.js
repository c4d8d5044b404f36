/** How long no node may hold a message before it counts as handled, milliseconds: a catch node may still take it up. */
const settle = 100;
/**
 * How long a node that cannot say that it is done holds a message, milliseconds, unless it sends it on before. Of
 * Node-RED's own these are `switch` and `filter`, which decide at once, but may have a queue of messages before them.
 */
const silence = 1000;
/** After this a message counts as handled anyway: some nodes never say that they are done. Milliseconds. */
const limit = 60_000;

/**
 * Knows when a flow is done with a message: no node has it any more, neither it nor one made from it (Node-RED keeps
 * `_msgid`). This is what lets `alarm in` move its position only behind work that has been done. A node lets go of a
 * message when it says that it is done, well or with an error, or when a catch node takes up an error of it.
 */
class Handled {
  #open = new Map();
  /** Sent, not received yet. Between the two nobody else knows of the message. */
  #onTheWay = new WeakSet();
  /** `message node` of the error that is being told right now: a node ends once with it, whoever else hears of it. */
  #failing = new Set();

  constructor(hooks) {
    // The nodes may be loaded again, after having been switched off in the editor.
    hooks.remove('*.tocsin');
    hooks.add('preDeliver.tocsin', ({ msg, source }) => {
      this.#onTheWay.add(msg);
      this.#change(msg._msgid, (entry) => {
        entry.onTheWay += 1;
        if (isSilent(source.node)) letGo(entry, source.id);
      });
    });
    hooks.add('onReceive.tocsin', ({ msg, destination }) => {
      if (msg) this.#received(msg, destination);
    });
    hooks.add('onComplete.tocsin', ({ msg, error, node }) => {
      if (error) this.#fails(msg?._msgid, node.id);
      else this.#change(msg?._msgid, (entry) => letGo(entry, node.id));
    });
  }

  /** Call before sending the message; `then` is called once, after the flow is done with it. */
  watch(messageId, then) {
    const entry = { onTheWay: 0, holders: new Map(), then, check: null, limit: null };
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

  #received(msg, { id, node }) {
    const wasSent = this.#onTheWay.delete(msg);
    // Some nodes end with an error without saying that they are done: only the catch node hears of it.
    if (node.type === 'catch' && msg.error?.source) this.#fails(msg._msgid, msg.error.source.id);
    this.#change(msg._msgid, (entry) => {
      // Link and catch nodes are handed messages that nobody sent to them.
      if (wasSent) entry.onTheWay -= 1;
      entry.holders.set(id, (entry.holders.get(id) ?? 0) + 1);
      if (isSilent(node)) setTimeout(() => this.#change(msg._msgid, () => letGo(entry, id)), silence);
    });
  }

  /** Node-RED tells an error to its catch nodes in the same turn, after it has said that the node is done. */
  #fails(messageId, nodeId) {
    const error = `${messageId} ${nodeId}`;
    if (this.#failing.has(error)) return;
    this.#failing.add(error);
    queueMicrotask(() => this.#failing.delete(error));
    this.#change(messageId, (entry) => letGo(entry, nodeId));
  }

  #change(messageId, how) {
    const entry = this.#open.get(messageId);
    if (!entry) return;
    how(entry);
    clearTimeout(entry.check);
    if (entry.onTheWay <= 0 && entry.holders.size === 0) entry.check = setTimeout(() => this.#end(messageId), settle);
  }

  #end(messageId) {
    const { then } = this.#open.get(messageId);
    this.forget(messageId);
    then();
  }
}

/** Node-RED counts the listeners of a node that take `done`. */
function isSilent(node) {
  return node._expectedDoneCount === 0;
}

function letGo({ holders }, nodeId) {
  const left = (holders.get(nodeId) ?? 0) - 1;
  if (left > 0) holders.set(nodeId, left);
  else holders.delete(nodeId);
}

module.exports = { Handled };
