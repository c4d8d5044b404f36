import { expect, test } from 'vitest';
import { bytesOf, payloadHex, payloadText, sizeText } from '../../src/console/logic/payload.ts';

const base64 = (content: string | Uint8Array) => Buffer.from(content).toString('base64');

test('a payload is shown as text where it is text', () => {
  expect(payloadText(bytesOf(base64('{"水位": 12}\n')))).toBe('{"水位": 12}\n');
});

test('bytes that are no text are told apart, and shown in hex with their place', () => {
  expect(payloadText(Uint8Array.of(0xff, 0xfe))).toBeNull();
  expect(payloadText(Uint8Array.of(0x41, 0x00))).toBeNull();
  const dump = payloadHex(Uint8Array.from({ length: 18 }, (_, index) => 0x40 + index)).split('\n');
  expect(dump[0]).toBe('000000  40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO');
  expect(dump[1]).toMatch(/^000010 {2}50 51 +PQ$/);
});

test('sizes are for people', () => {
  expect([18, 2048, 10_485_760].map(sizeText)).toEqual(['18 B', '2.0 kB', '10.0 MB']);
});
