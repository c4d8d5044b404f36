export { numberText, unitText, valueText } from '../../model/written-value.ts';

/** Whether a channel says where the device is: five decimals (a metre), and nothing for a chart. */
export function isPosition(channel: { name: string }): boolean {
  return channel.name === 'latitude' || channel.name === 'longitude';
}
