import type { SystemTrouble } from '../model/system-alarm.ts';
import type { MetricsSource } from '../shared/metrics.ts';
import { createBroker } from './broker.ts';
import { commandSender, type SendCommand } from './commands.ts';
import { Connections } from './connections.ts';
import type { DoorParts } from './door-parts.ts';
import { WrongCredentials } from './limits/wrong-credentials.ts';
import { openListeners, type Ports } from './listeners.ts';
import type { SessionState } from './session.ts';
import { Sessions } from './sessions.ts';
import { type Announce, type ArrivedClient, Takeover } from './takeover.ts';

/** A WebSocket message is gathered as a whole, before any sign-in, and may hold several packets. */
const SMALLEST_MESSAGE_LIMIT = 128 * 1024;

/** Where devices come in over MQTT, in this process or in others. */
export interface MqttDoor {
  ports: Ports;
  sendCommand: SendCommand;
  /** These devices were read again: disconnects those that were disabled, removed or given another secret. */
  devicesChanged(ids: readonly string[]): Promise<void>;
  /** Whether a device is signed in. */
  isConnected(deviceId: string): Promise<boolean>;
  /** The metrics of its other processes; this one's are in the registry that it was given. */
  metricsElsewhere(): MetricsSource[];
  /** What is wrong with it, for as long as it is. */
  troubles(): SystemTrouble[];
  /** Ends every connection and listener; what was not acknowledged by then is sent again by its device. */
  close(): Promise<void>;
}

export type OpenDoor = (parts: DoorParts) => Promise<MqttDoor>;

/** The door of this process. */
export interface LocalDoor extends MqttDoor {
  /** Clients have come in at another door; resolves with the sessions that it had kept for them. */
  leave(clients: ArrivedClient[]): Promise<SessionState[]>;
}

/**
 * Opens the MQTT listeners in this process. Rejects when a port is taken or a certificate cannot be read.
 * @param announce when there are doors in other processes, which share the ports
 */
export async function openMqttDoor(parts: DoorParts, announce?: Announce): Promise<LocalDoor> {
  const { settings, devices, metrics, limitMetrics, frames, limits, steady, log } = parts;
  const { maxPayload } = settings.intake;
  const connections = new Connections(limits);
  metrics.countConnections(() => connections.size);
  const largestMessage = Math.max(SMALLEST_MESSAGE_LIMIT, 2 * maxPayload);
  const sessions = new Sessions({ clock: steady, waitMs: settings.mqtt.commandsWait });
  const takeover = new Takeover(connections, sessions, announce);
  const { arrive } = takeover;
  const wrongCredentials = new WrongCredentials(limitMetrics, steady);
  const { accept, close } = await createBroker({
    ...parts,
    maxPayload,
    largestMessage,
    connections,
    sessions,
    arrive,
    wrongCredentials,
  });
  const refused = () => metrics.refused('TOO_MANY_CONNECTIONS', 'mqtt');
  const reusePort = announce !== undefined;
  const { mqtt } = settings;
  const forPlaces = { mqtt, refused, limitMetrics, steady, log };
  const listening = openListeners({ ...forPlaces, reusePort, largestMessage, accept });
  const listeners = await listening.catch(async (error) => {
    await close();
    throw error;
  });

  return {
    ports: listeners.ports,
    sendCommand: commandSender(devices, connections, sessions),
    async devicesChanged(ids) {
      for (const client of ids.flatMap((id) => connections.ofDevice(id))) {
        const connection = connections.of(client);
        if (!connection) continue;
        const device = devices.get(connection.device.id);
        const stays = device?.state === 'active' && device.secretHash === connection.device.secretHash;
        if (stays) connection.device = device;
        else client.close();
      }
    },
    leave: (clients) => takeover.leave(clients),
    isConnected: async (deviceId) => connections.ofDevice(deviceId).length > 0,
    metricsElsewhere: () => [],
    troubles: () => frames.troubles(),
    async close() {
      frames.close();
      wrongCredentials.close();
      await close();
      await listeners.close();
    },
  };
}
