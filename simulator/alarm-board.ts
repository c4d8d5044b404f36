import type { Alarm, Channel, DeviceType } from '../src/api/contract.ts';
import { valueText } from '../src/model/written-value.ts';
import type { DeviceIncident } from './incident.ts';
import { both, dim, padded, say, severityMark, styled } from './terminal.ts';
import type { Town } from './town.ts';

/** Writes a line for everything that happens to alarms, and knows which incidents have become alarms. */
export class AlarmBoard {
  readonly #gridNames: Map<string, string>;
  readonly #types: Map<string, DeviceType>;
  readonly #shown = new Map<string, Alarm>();
  #missing: DeviceIncident[] = [];

  constructor(town: Town, types: readonly DeviceType[]) {
    this.#types = new Map(types.map((type) => [type.id, type]));
    this.#gridNames = new Map(town.grids.map(({ id, name }) => [id, both(name)]));
  }

  expect(incidents: readonly DeviceIncident[]): void {
    this.#missing = incidents.filter(({ incident }) => incident.expect.length > 0);
  }

  /** Incidents that are no alarms yet. */
  get missing(): readonly DeviceIncident[] {
    return this.#missing;
  }

  show(alarm: Alarm): void {
    const before = this.#shown.get(alarm.id);
    this.#shown.set(alarm.id, alarm);
    this.#missing = this.#missing.filter(
      ({ incident, device }) =>
        device.id !== alarm.deviceId || !incident.expect.some(({ rule }) => rule === alarm.ruleId),
    );
    if (!before) this.#raised(alarm);
    else if (!before.acknowledgedAt && alarm.acknowledgedAt) {
      this.#line(alarm, styled('green', `已确认 acknowledged by ${alarm.acknowledgedBy?.name ?? '?'}`));
    } else if (before.active && !alarm.active) this.#line(alarm, styled('green', '已恢复 cleared'));
    else if (alarm.active && before.severity !== alarm.severity) this.#line(alarm, dim(`从 from ${before.severity}`));
    else if (before.assignee?.id !== alarm.assignee?.id) this.#line(alarm, `→ ${assignee(alarm)}`);
  }

  #raised(alarm: Alarm): void {
    const channels = this.#types.get(alarm.deviceType)?.channels ?? [];
    const values = channels.flatMap((channel) => {
      const value = alarm.values[channel.name];
      return value === undefined ? [] : [`${both(channel.label)} ${reading(channel, value)}`];
    });
    this.#line(alarm, '');
    const indent = ' '.repeat(24);
    say(indent + alarm.deviceName + dim(`  ${values.join(', ')}`));
    say(`${indent}${this.#gridNames.get(alarm.gridId) ?? alarm.gridId} → ${assignee(alarm)}`);
  }

  #line(alarm: Alarm, what: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const title = what === '' ? styled('bold', both(alarm.ruleName)) : padded(both(alarm.ruleName), 34);
    const where = what === '' ? '' : `  ${dim(alarm.deviceName)}`;
    say(`  ${dim(time)}  ${severityMark(alarm.severity)}  ${title}  ${what}${where}`.trimEnd());
  }
}

function reading(channel: Channel, value: number): string {
  if (channel.kind === 'number') return valueText(value, channel.unit, 'en');
  const states = channel.states ?? { on: { zh: '是', en: 'on' }, off: { zh: '否', en: 'off' } };
  return both(value === 0 ? states.off : states.on);
}

function assignee(alarm: Alarm): string {
  return alarm.assignee ? styled('cyan', alarm.assignee.name) : styled('red', '无人值班 nobody on duty');
}
