import { Aedes, type Client, type PublishPacket } from 'aedes';

type Done = (error?: Error) => void;
type Publish = (packet: PublishPacket, from: Client | Done | null, done?: Done) => void;

/**
 * An Aedes whose devices speak to Tocsin alone. What a device publishes is in the journal once `authorizePublish` has
 * answered, and nobody can subscribe to it, so that finding its subscribers would be work for nothing on every frame.
 */
export class DeviceBroker extends Aedes {
  override publish(packet: PublishPacket, from: Client | Done | null, done?: Done): void {
    if (from !== null && typeof from === 'object') done?.();
    else (super.publish as Publish).call(this, packet, from, done);
  }
}
