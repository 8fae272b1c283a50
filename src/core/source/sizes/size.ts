/** A loop of the code; its runs are told apart by their index. */
export interface Loop {
  readonly id: number;
}

export type SizeOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

/** A number as the code writes it, with what it stands for. */
export type Size =
  | { readonly kind: 'number'; readonly value: number }
  /** A number that the code does not say; another one in each run of `loops`. */
  | { readonly kind: 'symbol'; readonly id: string; readonly name: string; readonly loops: readonly Loop[] }
  /** A name of the code for another size. */
  | { readonly kind: 'named'; readonly name: string; readonly of: Size }
  | { readonly kind: 'index'; readonly loop: Loop; readonly name: string }
  | { readonly kind: 'operation'; readonly operator: SizeOperator; readonly left: Size; readonly right: Size }
  /** Something that cannot be worked out, as the code writes it. */
  | { readonly kind: 'opaque'; readonly text: string };

export function numberSize(value: number): Size {
  return { kind: 'number', value };
}

/** Larger expressions are no sizes of layers; `x = x + x`, sixty times over, must not be gone through. */
const MAX_PARTS = 100;

const parts = new WeakMap<Size, number>();

function partsOf(size: Size): number {
  return parts.get(size) ?? 1;
}

function counted(size: Size, inner: number): Size {
  if (inner >= MAX_PARTS) return { kind: 'opaque', text: '…' };
  parts.set(size, inner + 1);
  return size;
}

/** An operation, worked out where both sides are written as numbers. */
export function operation(operator: SizeOperator, left: Size, right: Size): Size {
  if (left.kind === 'number' && right.kind === 'number') {
    const value = apply(operator, left.value, right.value);
    if (value !== null) return numberSize(value);
  }
  return counted({ kind: 'operation', operator, left, right }, partsOf(left) + partsOf(right));
}

/** A size under the name that the code has for it. */
export function namedSize(name: string, of: Size): Size {
  if ((of.kind === 'named' || of.kind === 'symbol') && of.name === name) return of;
  return counted({ kind: 'named', name, of }, partsOf(of));
}

/** The result as Python has it; null where there is none. */
export function apply(operator: SizeOperator, left: number, right: number): number | null {
  const value = calculate(operator, left, right);
  return Number.isFinite(value) ? value : null;
}

function calculate(operator: SizeOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '//':
      return Math.floor(left / right);
    case '%':
      return left - right * Math.floor(left / right);
    case '**':
      return left ** right;
  }
}

const STRENGTH: Readonly<Record<SizeOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '//': 2, '%': 2, '**': 3 };

/** Longer than any size that people write. */
const MAX_TEXT = 120;

/** The size as the code writes it. */
export function sizeText(size: Size): string {
  const text = write(size, 0, 0);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function write(size: Size, least: number, depth: number): string {
  if (depth > 20) return '…';
  switch (size.kind) {
    case 'number':
      return String(size.value);
    case 'symbol':
    case 'named':
    case 'index':
      return size.name;
    case 'opaque':
      return size.text;
    case 'operation': {
      const strength = STRENGTH[size.operator];
      const text = `${write(size.left, strength, depth + 1)} ${size.operator} ${write(size.right, strength + 1, depth + 1)}`;
      return strength < least ? `(${text})` : text;
    }
  }
}

/** The same with an index replaced, as an element of a comprehension is at one position. */
export function atIndex(size: Size, loop: Loop, index: Size): Size {
  switch (size.kind) {
    case 'index':
      return size.loop === loop ? index : size;
    case 'symbol':
      return size.loops.includes(loop) ? symbolAt(size, loop, index) : size;
    case 'named':
      return namedSize(size.name, atIndex(size.of, loop, index));
    case 'operation':
      return operation(size.operator, atIndex(size.left, loop, index), atIndex(size.right, loop, index));
    default:
      return size;
  }
}

function symbolAt(symbol: Extract<Size, { kind: 'symbol' }>, loop: Loop, index: Size): Size {
  if (index.kind === 'index') {
    return { ...symbol, loops: symbol.loops.map((own) => (own === loop ? index.loop : own)) };
  }
  const others = symbol.loops.filter((own) => own !== loop);
  return { ...symbol, id: `${symbol.id}[${sizeText(index)}]`, loops: [...new Set([...others, ...loopsIn(index)])] };
}

/** Loops whose runs make a difference to a size. */
export function loopsIn(size: Size): readonly Loop[] {
  switch (size.kind) {
    case 'index':
      return [size.loop];
    case 'symbol':
      return size.loops;
    case 'named':
      return loopsIn(size.of);
    case 'operation':
      return [...new Set([...loopsIn(size.left), ...loopsIn(size.right)])];
    default:
      return [];
  }
}

/** True for a number that follows from the runs of loops alone, as the `i` in a name does. */
export function isIndex(size: Size): boolean {
  switch (size.kind) {
    case 'index':
      return true;
    case 'named':
      return isIndex(size.of);
    case 'operation':
      return [size.left, size.right].every((side) => isIndex(side) || unnamed(side).kind === 'number');
    default:
      return false;
  }
}

/** A size without the names of the code around it. */
export function unnamed(size: Size): Size {
  let inner = size;
  while (inner.kind === 'named') inner = inner.of;
  return inner;
}
