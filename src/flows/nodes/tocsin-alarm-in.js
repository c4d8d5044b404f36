const { TocsinFailure } = require('./lib/client.js');
const { FeedReader } = require('./lib/feed-reader.js');
const { Handled } = require('./lib/handled.js');
const { Position } = require('./lib/position.js');

/** Kinds of change, in the order of the checkboxes of the editor. */
const kinds = ['raised', 'severity', 'continued', 'acknowledged', 'cleared'];
const looks = {
  connecting: { fill: 'yellow', shape: 'ring' },
  connected: { fill: 'green', shape: 'dot' },
  disconnected: { fill: 'red', shape: 'ring' },
  givenUp: { fill: 'red', shape: 'dot' },
};

/**
 * One message for each change of an alarm that passes the filter: `msg.payload` the alarm as it is now, `msg.topic`
 * its rule, `msg.change` what changed, `msg.activeInGrid` how many alarms of this node are active in its grid.
 */
module.exports = (RED) => {
  const handled = new Handled(RED.hooks);

  function TocsinAlarmIn(config) {
    RED.nodes.createNode(this, config);
    const status = (name) => this.status({ ...looks[name], text: `tocsin-alarm-in.status.${name}` });
    const server = RED.nodes.getNode(config.server);
    if (!server) {
      this.status({ fill: 'red', shape: 'ring', text: 'tocsin-alarm-in.status.noServer' });
      return;
    }
    const position = new Position(RED.settings.userDir, this.id);
    const watched = new Set();
    let lastTrouble = '';

    const reader = new FeedReader({
      client: () => server.client(),
      position,
      filter: {
        kinds: kinds.filter((kind) => config[kind]),
        minSeverity: config.minSeverity,
        deviceType: config.deviceType,
        ruleId: config.ruleId,
        gridId: config.gridId,
      },
      on: {
        change: (kind, alarm, activeInGrid, then) => {
          const _msgid = RED.util.generateId();
          watched.add(_msgid);
          handled.watch(_msgid, () => {
            watched.delete(_msgid);
            then();
          });
          const payload = RED.util.cloneMessage(alarm);
          this.send({ _msgid, topic: alarm.ruleId, payload, change: kind, caseId: alarm.caseId, activeInGrid });
        },
        status: (name) => {
          if (name === 'connected') lastTrouble = '';
          status(name);
        },
        trouble: (error) => {
          const sentence = server.explain(error);
          // Told once, not at every attempt.
          if (sentence !== lastTrouble) this.error(sentence);
          lastTrouble = sentence;
        },
        givenUp: (alarm) => {
          status('givenUp');
          this.error(server.explain(new TocsinFailure('givenUp', { alarm: alarm.id })));
        },
      },
    });
    // Flows are ready to take messages when all nodes have been made.
    const start = setImmediate(() => reader.run());

    this.on('close', (removed, done) => {
      clearImmediate(start);
      for (const messageId of watched) handled.forget(messageId);
      reader.close();
      if (removed) position.remove();
      done();
    });
  }

  RED.nodes.registerType('tocsin-alarm-in', TocsinAlarmIn);
};
