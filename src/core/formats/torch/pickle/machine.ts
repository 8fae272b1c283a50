import * as l10n from '@vscode/l10n';
import { MAX_MEMO, MAX_OBJECTS, MAX_STACK, MAX_STEPS } from './limits.js';
import { OPERATIONS } from './operations.js';
import type { PickleInput } from './input.js';
import { PickleProblem } from './problem.js';
import type { PickleValue } from './values.js';

/** What the few names that a pickle may use stand for; everything else must be kept as an inert record. */
export interface Meaning {
  /** A name was read. */
  named(module: string, name: string): PickleValue;
  /** Python would call `callee`. */
  called(callee: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** Python would create an object of the class `type`. */
  created(type: PickleValue, args: readonly PickleValue[]): PickleValue;
  /** Python would give `state` to the object. */
  stated(target: PickleValue, state: PickleValue): void;
  /** Something outside the pickle. */
  persistent(id: PickleValue): PickleValue;
}

const STOP = 0x2e;

/**
 * Python's pickle machine for plain data: it builds values and calls nothing. Each opcode is done in time and memory
 * proportional to the bytes that it takes from the stream; the limits bound the whole.
 */
export class PickleMachine {
  private readonly memo: (PickleValue | undefined)[] = [];
  private remembered = 0;
  private stack: PickleValue[] = [];
  private readonly outer: PickleValue[][] = [];
  private depth = 0;
  private steps = 0;
  private objects = 0;

  constructor(
    readonly input: PickleInput,
    readonly meaning: Meaning,
  ) {}

  /**
   * Runs one pickle to its end.
   * @throws PickleProblem, NeedsMoreBytes.
   */
  run(): PickleValue {
    for (;;) {
      this.spend(1);
      const code = this.input.opcode();
      if (code === STOP) return this.pop();
      const operation = OPERATIONS[code];
      if (operation === undefined) {
        throw new PickleProblem(
          l10n.t('unknown opcode 0x{0} at {1}', code.toString(16).padStart(2, '0'), this.input.at - 1),
        );
      }
      operation(this);
    }
  }

  push(value: PickleValue): void {
    if (++this.depth > MAX_STACK)
      throw new PickleProblem(l10n.t('more than {0} values wait on the stack', MAX_STACK), 'limit');
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw new PickleProblem(l10n.t('the stack is empty at {0}', this.input.at - 1));
    this.depth--;
    return value;
  }

  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw new PickleProblem(l10n.t('the stack is empty at {0}', this.input.at - 1));
    return value;
  }

  mark(): void {
    if (++this.depth > MAX_STACK)
      throw new PickleProblem(l10n.t('more than {0} marks wait on the stack', MAX_STACK), 'limit');
    this.outer.push(this.stack);
    this.stack = [];
  }

  /** The values since the last mark; the caller owns them. */
  popToMark(): PickleValue[] {
    const outer = this.outer.pop();
    if (outer === undefined) throw new PickleProblem(l10n.t('there is no mark on the stack at {0}', this.input.at - 1));
    const values = this.stack;
    this.stack = outer;
    this.depth -= values.length + 1;
    return values;
  }

  /** Takes a value off the stack, or the mark when there is none above it, as opcode POP does. */
  drop(): void {
    if (this.stack.length === 0 && this.outer.length > 0) this.popToMark();
    else this.pop();
  }

  /** @param index the next free one when left out. */
  remember(index = this.remembered): void {
    if (index >= MAX_MEMO) throw new PickleProblem(l10n.t('more than {0} values are remembered', MAX_MEMO), 'limit');
    if (this.memo[index] === undefined) this.remembered++;
    this.memo[index] = this.top();
  }

  recall(index: number): void {
    const value = this.memo[index];
    if (value === undefined) throw new PickleProblem(l10n.t('value {0} is recalled and was never remembered', index));
    this.push(value);
  }

  /** Counts work in proportion to its size. */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS)
      throw new PickleProblem(l10n.t('the pickle takes more than {0} steps', MAX_STEPS), 'limit');
  }

  /** Counts new objects before they are made. */
  count(objects: number): void {
    this.objects += objects;
    if (this.objects > MAX_OBJECTS)
      throw new PickleProblem(l10n.t('the pickle holds more than {0} objects', MAX_OBJECTS), 'limit');
  }
}
