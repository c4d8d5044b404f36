import type { AlarmEffect } from '../../src/model/alarm.ts';
import type { Device } from '../../src/model/device.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import { compileType } from '../../src/rules/compile.ts';
import { Fold } from '../../src/rules/fold.ts';
import { rulesByType } from '../../src/rules/rules-of.ts';
import type { Contender } from './contender.ts';
import type { Reading } from './series.ts';

/** Tocsin's own fold, with everything that it does live: lateness, snapshots, state for checkpoints. */
export class TocsinContender implements Contender {
  readonly fold: Fold;
  readonly devices: Device[];
  readonly #effects: AlarmEffect[] = [];
  changes = 0;

  constructor(type: DeviceType, series: number) {
    const compiled = compileType(type);
    if (compiled.problems.length > 0) throw compiled.problems[0];
    this.fold = new Fold(rulesByType(new Map([[type.id, compiled]])));
    this.devices = Array.from({ length: series }, (_, number) => ({
      id: `g${number}`,
      type: type.id,
      name: '',
      latitude: 30,
      longitude: 104,
      gridId: 'g',
      state: 'active',
      number,
    }));
  }

  /** As the engine does with what it reads from the journal. */
  lookAhead(from: number, until: number): void {
    this.fold.lookAhead(this.devices.slice(from, until));
  }

  take({ series, at, value }: Reading): void {
    const device = this.devices[series]!;
    this.fold.sample(
      device,
      { deviceId: device.id, measuredAt: at, receivedAt: at, values: { level: value } },
      this.#effects,
    );
    if (this.#effects.length === 0) return;
    for (const { kind } of this.#effects) if (kind === 'raised' || kind === 'cleared') this.changes++;
    this.#effects.length = 0;
  }
}
