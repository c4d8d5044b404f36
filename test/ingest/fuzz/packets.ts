import type { Packet } from 'mqtt-packet';
import type { TestDevice } from '../harness.ts';
import { bytesOf, connectOf } from '../raw-client.ts';
import type { Random } from './random.ts';

/** A CONNECT with a right credential. */
export function goodConnect(random: Random, device: TestDevice): Buffer {
  return bytesOf(
    connectOf(device, {
      clientId: `fuzz-${random.below(1000)}`,
      clean: random.chance(50),
      keepalive: random.below(100),
      ...(random.chance(10) && { will: { topic: text(random), payload: random.bytes(20), qos: 1, retain: false } }),
    }),
  );
}

/** A packet as a client might send it of which so many in a hundred are broken: the first one that is ends its connection. */
export function anyPacket(random: Random, device: TestDevice, broken: number): Buffer {
  const packet = () => bytesOf(wellFormed(random, device));
  if (!random.chance(broken)) return packet();
  if (random.chance(10)) return random.bytes(1 + random.below(60));
  if (random.chance(20)) return framed(random.below(256), random.bytes(random.below(200)));
  return mutated(random, packet());
}

function wellFormed(random: Random, device: TestDevice): Packet {
  const messageId = 1 + random.below(random.chance(80) ? 20 : 65_535);
  const topic = random.chance(98) ? `tocsin/v1/${device.id}/${random.of(['up', 'down'])}` : text(random);
  switch (random.below(14)) {
    case 0:
      return {
        cmd: 'subscribe',
        messageId,
        subscriptions: topicsOf(random, topic).map((one) => ({ topic: one, qos: random.of([0, 1, 2]) })),
      };
    case 1:
      return { cmd: 'unsubscribe', messageId, unsubscriptions: topicsOf(random, topic) };
    case 2:
      return { cmd: 'puback', messageId };
    case 3:
      return { cmd: 'pubrec', messageId };
    case 4:
    case 5:
      return { cmd: 'pubrel', messageId };
    case 6:
      return { cmd: 'pubcomp', messageId };
    case 7:
      return { cmd: 'pingreq' };
    case 8:
      return random.chance(10)
        ? random.of<Packet>([{ cmd: 'disconnect' }, { cmd: 'pingresp' }, connectOf(device)])
        : { cmd: 'pingreq' };
    default: {
      const own = random.chance(99) ? `tocsin/v1/${device.id}/up` : topic;
      const qos = random.of([0, 1, 2] as const);
      const payload = random.below(1000) === 0 ? random.bytes(2000) : random.bytes(random.below(60));
      return { cmd: 'publish', topic: own, payload, qos, messageId, dup: random.chance(20), retain: random.chance(10) };
    }
  }
}

/** Some bytes changed, put in or taken out; mostly framed right again, so that what is inside is looked at. */
function mutated(random: Random, packet: Buffer): Buffer {
  const body = Buffer.from(packet.subarray(1 + (packet[1]! & 0x80 ? 2 : 1)));
  for (let change = 1 + random.below(3); change > 0 && body.length > 0; change--) {
    body[random.below(body.length)] = random.chance(50) ? random.below(256) : random.of([0, 1, 0x7f, 0x80, 0xff]);
  }
  const cut = random.chance(20) ? body.subarray(0, random.below(body.length + 1)) : body;
  const grown = random.chance(10) ? Buffer.concat([cut, random.bytes(random.below(30))]) : cut;
  const first = random.chance(10) ? packet[0]! ^ (1 << random.below(8)) : packet[0]!;
  const whole = framed(first, grown);
  // A wrong length: all that follows is read as something else.
  if (random.chance(5)) whole[1] = random.below(256);
  return whole;
}

function framed(first: number, body: Buffer): Buffer {
  const digits: number[] = [];
  for (let rest = body.length; digits.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    digits.push((rest % 128) + (rest >= 128 ? 128 : 0));
  }
  return Buffer.concat([Buffer.from([first, ...digits]), body]);
}

function topicsOf(random: Random, topic: string): string[] {
  return Array.from({ length: 1 + random.below(4) }, () => (random.chance(95) ? topic : text(random)));
}

function text(random: Random): string {
  const parts = ['tocsin', 'v1', '+', '#', '$SYS', '', '__proto__', 'constructor', 'ü水位', ' ', 'up', 'x'.repeat(300)];
  return Array.from({ length: 1 + random.below(random.chance(5) ? 200 : 5) }, () => random.of(parts)).join('/') || 'x';
}
