import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import type { Operation } from '../../onnx/graph.js';
import type { Assumption, Model } from '../model.js';
import type { GraphStack } from './stacks.js';
import type { GraphView } from './graph-view.js';
import { NORM_NODES } from './norm-nodes.js';
import { UNCHANGED } from './trace.js';

/** How a picture becomes tokens in a graph. */
export interface GraphGeometry {
  readonly patch: number | null;
  readonly imageSize: readonly [number, number] | null;
  readonly prefixTokens: Model['prefixTokens'];
  /** True where a table with a row for each token is added to them. */
  readonly hasPositions: boolean;
  readonly assumptions: readonly Assumption[];
  /** Names of the position table and of a class token that has no telling name; null where there is none. */
  readonly table: string | null;
  readonly namelessClass: string | null;
}

/** Nodes between the picture and the convolution that parts it into patches. */
const MAX_STEPS = 60;
const MAX_LOOKED_AT = 400;
/** More channels than cameras have. */
const MAX_COLOURS = 32;

const ON_THE_WAY = new Set(
  'Sub Div Mul Add Transpose Reshape Pad Resize Slice Concat Squeeze Unsqueeze Flatten'.split(' '),
);

/** Patches, picture and prefix tokens of a stack that works on pictures. */
export function geometryOf(view: GraphView, { sources, attentions }: GraphStack): GraphGeometry {
  const picture = view.graph.inputs.find(
    ({ name, shape }) => (view.sources(name) & sources) !== 0 && shape?.length === 4,
  );
  const start = attentions[0]?.queryInput ?? '';
  const way = wayUp(view, start);
  const kernel = way.conv === null ? null : kernelOf(view, way.conv);
  const prefix = prefixOf(view, way.joins);
  const width = attentions[0]?.width ?? 0;
  const table = way.sums.flatMap(({ inputs }) => inputs).find((input) => isTable(view, input, width));
  return {
    patch: kernel?.patch ?? null,
    imageSize: picture === undefined ? null : sizeOfPicture(picture.shape ?? [], kernel?.colours ?? 3),
    prefixTokens: prefix.tokens,
    hasPositions: table !== undefined,
    assumptions: prefix.assumptions,
    table: table === undefined ? null : nameBehind(view, table),
    namelessClass: prefix.namelessClass,
  };
}

/** What stands between the first attention and the pixels. */
interface WayUp {
  readonly conv: Operation | null;
  /** Nodes that put tokens side by side, and that add something to them; the nearest to the attention first. */
  readonly joins: readonly Operation[];
  readonly sums: readonly Operation[];
}

function wayUp(view: GraphView, start: string): WayUp {
  const joins: Operation[] = [];
  const sums: Operation[] = [];
  const queue = [{ value: start, depth: 0 }];
  const seen = new Set([start]);
  for (const { value, depth } of queue) {
    const operation = view.producer(value);
    if (operation === null || depth > MAX_STEPS || seen.size > MAX_LOOKED_AT) continue;
    const { operator } = operation;
    if (operator === 'Conv' || operator === 'ConvInteger') return { conv: operation, joins, sums };
    if (operator === 'Concat') joins.push(operation);
    if (operator === 'Add') sums.push(operation);
    const goesOn =
      ON_THE_WAY.has(operator) || UNCHANGED.has(operator) || NORM_NODES.has(operator) || isPartOfNorm(operator);
    if (!goesOn) continue;
    for (const input of operation.inputs) {
      if (input === '' || seen.has(input) || view.isConstant(input)) continue;
      seen.add(input);
      queue.push({ value: input, depth: depth + 1 });
    }
  }
  return { conv: null, joins, sums };
}

function isPartOfNorm(operator: string): boolean {
  return operator === 'Sqrt' || operator === 'Pow' || operator === 'ReduceMean' || operator === 'Reciprocal';
}

/** Side of the patches of a convolution whose kernels do not overlap. */
function kernelOf(view: GraphView, conv: Operation): { patch: number; colours: number } | null {
  const [, colours = null, height = null, width = null] = view.facts.shape(conv.inputs[1] ?? '') ?? [];
  const [down, across] = conv.attributes.get('strides')?.numbers ?? [];
  const square = height !== null && height === width && down === height && across === width && height > 1;
  return square && colours !== null && colours <= MAX_COLOURS ? { patch: height, colours } : null;
}

/** (batch, colours, height, width), or with the colours last. */
function sizeOfPicture(shape: readonly (number | null)[], colours: number): readonly [number, number] | null {
  const [, one = null, two = null, three = null] = shape;
  const [height, width] = one !== colours && three === colours ? [one, two] : [two, three];
  return height === null || width === null ? null : [height, width];
}

/** True for a constant with a row for each of several tokens. */
function isTable(view: GraphView, value: string, width: number): boolean {
  if (!view.isConstant(value)) return false;
  const [tokens, columns] = view.facts.shape(value)?.slice(-2) ?? [];
  return columns === width && tokens !== undefined && (tokens === null || tokens > 1);
}

/** Tokens of the file itself that stand in front of the patches. */
function prefixOf(
  view: GraphView,
  joins: readonly Operation[],
): { tokens: Model['prefixTokens']; assumptions: Assumption[]; namelessClass: string | null } {
  let namelessClass: string | null = null;
  const tokens = { class: 0, distillation: 0, registers: 0 };
  const guessed: string[] = [];
  // From the patches on: what is joined last stands nearest to the attention.
  for (const { inputs } of [...joins].reverse()) {
    const patches = inputs.findIndex((input) => !view.isConstant(input));
    for (const [place, input] of inputs.entries()) {
      const shape = view.facts.shape(input);
      const count = shape?.length === 3 ? (shape[1] ?? null) : null;
      if (!view.isConstant(input) || count === null || count < 1) continue;
      const name = nameBehind(view, input);
      const [kind, isNamed] = kindOf(name, count, tokens, place < patches);
      tokens[kind] += count;
      if (!isNamed && kind === 'class') namelessClass = name;
      if (!isNamed) guessed.push(GUESSED[kind](quoteName(name), count));
    }
  }
  if (guessed.length === 0) return { tokens, assumptions: [], namelessClass };
  const text = l10n.t('The graph does not name its prefix tokens: {0} was taken.', guessed.join(', '));
  return { tokens, assumptions: [{ code: 'other', text, choices: [], value: null }], namelessClass };
}

const GUESSED: Readonly<Record<'class' | 'distillation' | 'registers', (name: string, count: number) => string>> = {
  class: (name, count) =>
    count === 1
      ? l10n.t('the token {0} for a class token', name)
      : l10n.t('the {0} tokens {1} for class tokens', count, name),
  distillation: (name, count) =>
    count === 1
      ? l10n.t('the token {0} for a distillation token', name)
      : l10n.t('the {0} tokens {1} for distillation tokens', count, name),
  registers: (name, count) =>
    count === 1
      ? l10n.t('the token {0} for a register token', name)
      : l10n.t('the {0} tokens {1} for register tokens', count, name),
};

function kindOf(
  name: string,
  count: number,
  before: Model['prefixTokens'],
  inFront: boolean,
): readonly [kind: keyof Model['prefixTokens'], isNamed: boolean] {
  if (/reg|storage/iu.test(name)) return ['registers', true];
  if (/dist/iu.test(name)) return ['distillation', true];
  if (/cls|class/iu.test(name)) return ['class', true];
  return count === 1 && inFront && before.class === 0 ? ['class', false] : ['registers', false];
}

/** Name of the tensor that is repeated for each picture of a batch. */
function nameBehind(view: GraphView, value: string): string {
  let at = value;
  for (let step = 0; step < 8; step++) {
    const tensor = view.tensor(at);
    if (tensor !== null) return tensor.name;
    at = view.producer(at)?.inputs[0] ?? '';
  }
  return '';
}
