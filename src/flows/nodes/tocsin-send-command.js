const { actOnMessages } = require('./lib/actor.js');
const { TocsinFailure } = require('./lib/client.js');

/**
 * Sends a command to one device, or to every active device of a type in the grid of `msg.payload.gridId`.
 * `msg.sent` lists the devices that it went to.
 */
module.exports = (RED) => {
  function TocsinSendCommand(config) {
    RED.nodes.createNode(this, config);
    const server = RED.nodes.getNode(config.server);
    if (!server) {
      this.status({ fill: 'red', shape: 'ring', text: 'tocsin-send-command.status.noServer' });
      return;
    }

    actOnMessages(this, server, async (msg, client, signal) => {
      const command = config.command || msg.command;
      if (!command) throw new TocsinFailure('noCommand', {});
      const given = config.arguments
        ? RED.util.evaluateNodeProperty(config.arguments, config.argumentsType, this, msg)
        : msg.arguments;
      msg.sent = [];
      const failures = [];
      for (const deviceId of await targets(msg, client, signal)) {
        const path = `/api/v1/devices/${encodeURIComponent(deviceId)}/commands`;
        try {
          await client.post(path, { command, arguments: given ?? {} }, signal);
          msg.sent.push(deviceId);
        } catch (error) {
          failures.push(`${deviceId}: ${server.explain(error)}`);
        }
      }
      // One sign that is away must not keep the others dark, so failures are told after all have been tried.
      if (failures.length > 0) throw new TocsinFailure('notSent', { command, failures: failures.join(' ') });
    });

    async function targets(msg, client, signal) {
      if (config.target !== 'grid') {
        const deviceId = config.deviceId || msg.deviceId;
        if (!deviceId) throw new TocsinFailure('noDevice', {});
        return [deviceId];
      }
      const gridId = msg.gridId ?? msg.payload?.gridId;
      const type = config.deviceType;
      if (!gridId) throw new TocsinFailure('noGrid', {});
      const query = new URLSearchParams({ grid: gridId, type });
      const devices = await client.get(`/api/v1/devices?${query}`, signal);
      const there = devices.filter((one) => one.gridId === gridId && one.type === type && one.state === 'active');
      if (there.length === 0) throw new TocsinFailure('noneInGrid', { type, gridId });
      return there.map((one) => one.id);
    }
  }

  RED.nodes.registerType('tocsin-send-command', TocsinSendCommand);
};
