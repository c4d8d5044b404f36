import type { CompiledRule } from './compile.ts';
import type { RuleContext } from './language/context.ts';
import { newestValue } from './windows/memory.ts';

/** What an alarm of a rule tells: the newest values of the channels that it looks at, and what stands in its text. */
export function toldValues(
  { channels, textValues }: CompiledRule,
  context: RuleContext,
  channelNames: readonly string[],
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const channel of channels) {
    const value = newestValue(context.past, channel);
    if (!Number.isNaN(value)) values[channelNames[channel]!] = value;
  }
  for (const { source, value } of textValues) {
    const told = value(context);
    if (Number.isFinite(told)) values[source] = told;
  }
  return values;
}
