import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { DeviceType } from '../model/device-type.ts';
import { Settings } from '../settings/schema.ts';
import { errorCodes, TocsinError } from '../shared/errors.ts';
import { type Decoded, decode, decodeLimits } from './decode.ts';
import { loadDeviceType } from './registry.ts';
import { readYaml } from './yaml-file.ts';

/** When an example says nothing else, it came in at this moment. */
const receivedByDefault = '2026-03-01T00:00:00Z';

/** As strict as a default installation. */
const limits = decodeLimits(Settings.parse({}).intake);

const Moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const Example = z
  .strictObject({
    name: z.string().min(1),
    receivedAt: Moment.default(Date.parse(receivedByDefault)),
    /** The payload as YAML, sent as JSON … */
    payload: z.unknown().optional(),
    /** … or its text, for what is not JSON. */
    text: z.string().optional(),
    expect: z.strictObject({
      samples: z
        .array(z.strictObject({ time: Moment.optional(), values: z.record(z.string(), z.number()) }))
        .default([]),
      problems: z.array(z.enum(Object.keys(errorCodes))).default([]),
    }),
  })
  .refine((example) => (example.payload === undefined) !== (example.text === undefined), {
    error: 'an example has either payload or text',
  });

const ExampleFile = z.array(Example).min(3, 'at least three examples: a normal reading, an alarm, a bad frame');

/**
 * Checks a device type's folder: its files, and every example through the decoder, compared with what it says must
 * come out.
 * @returns how many examples were checked and a sentence for each failure; no failure means the folder is good.
 */
export function checkDeviceType(folder: string): { checked: number; failures: string[] } {
  try {
    const path = resolve(folder);
    const type = loadDeviceType(path);
    const examples = readYaml(join(path, 'examples.yaml'), ExampleFile, 'example');
    const failures = examples.flatMap((example) => {
      const difference = compare(type, example);
      return difference === null ? [] : [`${type.id}/examples.yaml: "${example.name}": ${difference}`];
    });
    if (!examples.some((example) => example.expect.problems.length > 0)) {
      failures.push(
        `${type.id}/examples.yaml: no example of a bad frame; say what must be refused and with which code`,
      );
    }
    return { checked: examples.length, failures };
  } catch (error) {
    if (!(error instanceof TocsinError)) throw error;
    return { checked: 0, failures: error.message.split('\n') };
  }
}

/** What differs from what the example expects, or null. */
function compare(type: DeviceType, example: z.output<typeof Example>): string | null {
  const { receivedAt, expect } = example;
  const payload = Buffer.from(example.text ?? JSON.stringify(example.payload));
  const decoded = decode(type, { deviceId: 'example', payload, receivedAt }, limits);
  const wanted = {
    samples: expect.samples.map(({ time, values }) => ({ measuredAt: time ?? receivedAt, values: sorted(values) })),
    problems: expect.problems,
  };
  const got = seen(decoded);
  if (JSON.stringify(got) === JSON.stringify(wanted)) return null;
  const reasons = decoded.problems.map(({ reason }) => reason).join(' ');
  return `expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)} ${reasons}`.trim();
}

function seen({ samples, problems }: Decoded) {
  return {
    samples: samples.map(({ measuredAt, values }) => ({ measuredAt, values: sorted(values) })),
    problems: problems.map(({ code }) => code),
  };
}

function sorted(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
