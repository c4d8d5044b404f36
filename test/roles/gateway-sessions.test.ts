import { expect, test } from 'vitest';
import { connectOf, publishOf, RawClient } from '../ingest/raw-client.ts';
import { GatewayTown, until } from './gateway-town.ts';

test('a kept session is there at whichever process its device comes in', async () => {
  const town = await GatewayTown.start(1);
  const [device] = town.devices;
  const { id } = device!;
  // Nine times over two processes: that all come to the same one is next to impossible.
  for (let round = 0; round < 9; round++) {
    const client = await RawClient.open(town.gateway.ports.mqtt);
    client.send(connectOf(device!, { clean: false }));
    expect((await client.next('connack')).sessionPresent).toBe(round > 0);
    if (round === 0) {
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `tocsin/v1/${id}/down`, qos: 1 }] });
      await client.next('suback');
    }
    // Nothing is acknowledged: what was sent before comes again, what is new comes behind it.
    for (let number = 1; number <= round; number++) {
      const published = await client.next('publish');
      expect(JSON.parse(published.payload.toString()).command).toBe(`${number}`);
      expect(published.dup).toBe(number < round);
    }
    // Never released: one message, however often it is sent.
    client.send(publishOf(device!, 'once', { qos: 2, messageId: 9, dup: round > 0 }));
    await client.next('pubrec');
    expect(await client.lives()).toBe(true);
    expect(client.received).toEqual([]);
    await client.cut();
    await until(async () => !(await town.gateway.isConnected(id)));
    await town.gateway.sendCommand(id, { command: `${round + 1}`, arguments: {} });
  }
  expect(await town.payloads()).toEqual(['once']);
});
