import type { Channel } from '../../api/contract.ts';
import { nameOf, t } from './index.ts';

/** What a switch calls its state: running, stopped; On and Off where its device type does not say. */
export function switchText({ states }: Pick<Channel, 'states'>, on: boolean): string {
  if (states) return nameOf(on ? states.on : states.off);
  return t(on ? 'device.on' : 'device.off');
}
