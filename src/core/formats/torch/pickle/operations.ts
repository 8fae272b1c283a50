import { CONTAINER_OPERATIONS } from './container-operations.js';
import { LITERAL_OPERATIONS } from './literal-operations.js';
import type { PickleMachine } from './machine.js';

/** What one opcode does. */
export type Operation = (machine: PickleMachine) => void;

/** A table of operations by the opcode's character, as pickletools lists them. */
export type OperationTable = Readonly<Record<string, Operation>>;

function byCode(...tables: readonly OperationTable[]): readonly (Operation | undefined)[] {
  const codes: (Operation | undefined)[] = Array.from({ length: 256 }, () => undefined);
  for (const table of tables) {
    for (const [character, operation] of Object.entries(table)) codes[character.charCodeAt(0)] = operation;
  }
  return codes;
}

/** All opcodes of protocols 0 to 5 but STOP, by their byte. */
export const OPERATIONS = byCode(LITERAL_OPERATIONS, CONTAINER_OPERATIONS);
