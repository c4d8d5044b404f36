const { TocsinFailure } = require('./client.js');
const { OrderedQueue } = require('./queue.js');

/** Messages that may wait at one node. */
const limit = 100;

/**
 * What `case update` and `send command` have in common: messages are acted on one after the other; each ends in
 * done(), or in done(error) with a sentence that says what to do.
 * @param act async (msg, client, signal) → void; throws a TocsinFailure or an Error for people
 */
function actOnMessages(node, server, act) {
  const closing = new AbortController();
  const queue = new OrderedQueue(limit, (size) => {
    if (size > 1) node.status({ fill: 'blue', shape: 'ring', text: String(size) });
  });

  node.on('input', (msg, send, done) => {
    const taken = queue.add(async () => {
      try {
        await act(msg, server.client(), closing.signal);
        node.status({ fill: 'green', shape: 'dot', text: `${node.type}.status.done` });
        send(msg);
        done();
      } catch (error) {
        // A node that is closing has not failed: the message comes again from `alarm in`.
        if (closing.signal.aborted) return;
        node.status({ fill: 'red', shape: 'dot', text: `${node.type}.status.failed` });
        done(server.explain(error));
      }
    });
    if (!taken) {
      node.status({ fill: 'red', shape: 'ring', text: `${node.type}.status.full` });
      done(server.explain(new TocsinFailure('full', { limit })));
    }
  });

  node.on('close', () => {
    closing.abort();
    queue.clear();
  });
}

module.exports = { actOnMessages };
