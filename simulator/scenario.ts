import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { SimulatorError } from './simulator-error.ts';
import { readYaml, Span } from './yaml-file.ts';

/** What an incident does to one channel. */
const Effect = z.union([
  /** A number goes to a value in a straight line from where it is; `noise` around it. */
  z.strictObject({
    to: z.number(),
    after: Span.default(0),
    over: Span.default(0),
    noise: z.number().min(0).default(0),
  }),
  /** A channel is held at a value, to the end of the incident or only for a moment. */
  z.strictObject({ hold: z.union([z.number(), z.boolean()]), after: Span.default(0), for: Span.optional() }),
]);

const Incident = z.strictObject({
  id: z.string(),
  about: z.strictObject({ zh: z.string(), en: z.string() }),
  type: z.string(),
  /** Which grid of the town, from 1, and which device of the type in it, from 1. */
  grid: z.int().min(1),
  device: z.int().min(1).default(1),
  /** Since the scenario began; before it when negative: then the beginning is in what the device has stored. */
  starts: Span,
  lasts: Span,
  /** How often the device reports while it goes on; its usual period when left out. */
  report: Span.optional(),
  /** How long numbers take to come back afterwards. */
  recovers: Span.default(0),
  effects: z.record(z.string(), Effect),
  /** Rules of the type that must raise an alarm, and the severity it must reach. */
  expect: z.array(z.strictObject({ rule: z.string(), severity: z.enum(['blue', 'yellow', 'orange', 'red']) })),
});

const ScenarioFile = z.strictObject({
  about: z.strictObject({ zh: z.string(), en: z.string() }),
  incidents: z.array(Incident),
});

export type Effect = z.output<typeof Effect>;
export type Incident = z.output<typeof Incident>;
export type Scenario = z.output<typeof ScenarioFile> & { id: string };

const folder = join(import.meta.dirname, 'scenarios');

/** The scenarios that come with Tocsin. */
export function scenarioNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * Reads a scenario by its name, or from a file of one's own.
 * @throws SimulatorError that says which scenarios there are.
 */
export function loadScenario(name: string): Scenario {
  const file = name.endsWith('.yaml') ? name : join(folder, `${name}.yaml`);
  if (!existsSync(file)) {
    throw new SimulatorError(
      `There is no scenario "${name}". There are ${scenarioNames().join(', ')}, and files of your own that end in .yaml.`,
    );
  }
  return { id: basename(file, '.yaml'), ...readYaml(file, ScenarioFile) };
}
