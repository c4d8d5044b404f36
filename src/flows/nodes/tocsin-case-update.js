const { actOnMessages } = require('./lib/actor.js');
const { TocsinFailure } = require('./lib/client.js');

/** What can be done to a case; each is a route of its own. */
const actions = ['accept', 'note', 'handled'];

/** Acts on the case of `msg.caseId` or `msg.payload.caseId` as a person would. */
module.exports = (RED) => {
  function TocsinCaseUpdate(config) {
    RED.nodes.createNode(this, config);
    const server = RED.nodes.getNode(config.server);
    if (!server) {
      this.status({ fill: 'red', shape: 'ring', text: 'tocsin-case-update.status.noServer' });
      return;
    }

    actOnMessages(this, server, async (msg, client, signal) => {
      const caseId = msg.caseId ?? msg.payload?.caseId;
      if (!caseId) throw new TocsinFailure('noCase', {});
      const action = config.action || msg.action;
      if (!actions.includes(action)) throw new TocsinFailure('noAction', { action: String(action) });
      const note = config.note ? RED.util.evaluateNodeProperty(config.note, config.noteType, this, msg) : msg.note;
      if (action === 'note' && !note) throw new TocsinFailure('noNote', {});
      await client.post(
        `/api/v1/cases/${encodeURIComponent(caseId)}/${action}`,
        note ? { note: String(note).slice(0, 2000) } : {},
        signal,
      );
    });
  }

  RED.nodes.registerType('tocsin-case-update', TocsinCaseUpdate);
};
