import type { Text } from './text.ts';

/** Something that devices of a type can be told to do. */
export interface CommandDefinition {
  /** As it goes to the device, for example `show`. */
  name: string;
  label: Text;
  arguments: CommandArgument[];
}

/** A value that goes with a command. */
export interface CommandArgument {
  name: string;
  label: Text;
  kind: 'text' | 'number' | 'switch';
  /** Whether the command is refused without it. */
  required: boolean;
  /** Of a text, in UTF-16 units; absent where the device takes any length. */
  maxLength?: number;
}
