import type { TensorEntry } from '../../tensors/tensor-index.js';
import type { Definition } from '../evaluate/definition.js';
import { layersInList } from '../evaluate/keras.js';
import { type Instance, optionsOf, type ParameterValue, type Value } from '../evaluate/value.js';
import { agrees, type Known, type Runs, valueOf } from '../sizes/solve.js';
import { childrenFor } from './children.js';
import { namedVariables } from './keras-variables.js';
import { required } from './required.js';
import { type NameNode, tensorsBelow } from './name-tree.js';

/** A tensor and the definition that it comes from. */
export interface Pair {
  readonly definition: Definition;
  /** Path of the parameter from its layer on, such as `weight`. */
  readonly parameter: string;
  readonly tensor: TensorEntry;
  readonly pattern: string;
  /** Null inside modules that are not known. */
  readonly value: ParameterValue | null;
  readonly runs: Runs;
  /** True where a class of the sources inherits the parameter from a layer of a library. */
  readonly inherited: boolean;
}

/** A parameter that the code makes and the checkpoint lacks. */
export interface Missing {
  readonly definition: Definition;
  readonly path: string;
  /** True where no condition of the code could leave it out. */
  readonly certain: boolean;
  readonly buffer: boolean;
}

/** An instance and where it stands. */
export interface Stand {
  readonly instance: Instance;
  readonly path: string;
  readonly pattern: string;
  readonly runs: Runs;
  readonly node: NameNode;
}

/** How a part of the code and a part of the checkpoint go together. */
export interface Cover {
  readonly pairs: readonly Pair[];
  readonly missing: readonly Missing[];
  /** Tensors that the code has no place for. */
  readonly extra: readonly TensorEntry[];
  /** Tensors below a class with bases that are not in the sources: they may well come from those. */
  readonly unclear: readonly TensorEntry[];
  readonly stands: readonly Stand[];
  /** How well: more is better. */
  readonly worth: number;
}

/** Where in the names a module stands. */
export interface Spot {
  readonly path: string;
  readonly pattern: string;
  /** Number of counted parts so far, which gives the next its letter. */
  readonly counted: number;
  readonly runs: Runs;
  /** Definition of the layer that a part of it belongs to. */
  readonly owner: Definition;
  readonly depth: number;
  /** True inside an instance of a class of the sources. */
  readonly made: boolean;
}

/** What is known of the sizes, and the work so far: alternatives inside alternatives multiply. */
export interface CoverContext {
  readonly known: Known;
  work: number;
}

/** More modules than any model and its alternatives have. */
const MAX_WORK = 300_000;

const NO_COVER = { pairs: [], missing: [], extra: [], unclear: [], stands: [], worth: 0 } satisfies Cover;

/** Modules inside modules beyond this are cut. */
const MAX_DEPTH = 40;

/**
 * What a parameter and a buffer that are not there take from the worth. One that a condition leaves out takes nothing: of alternatives that
 * fit alike, what the code takes by its defaults comes first.
 */
const MISSING_LOSS = 0.5;
const BUFFER_LOSS = 0.1;

/** A tensor inside a module that is not known counts less than one that the code names. */
const UNKNOWN_WORTH = 0.6;

/** Goes through the names below a module's path and finds for each the attribute that it comes from. */
export function coverInstance(instance: Instance, at: NameNode, spot: Spot, context: CoverContext): Cover {
  const node = instance.lazy ? namedVariables(instance, at) : at;
  const owner = instance.part ? spot.owner : instance.definition;
  const here: Spot = { ...spot, owner, depth: spot.depth + 1, made: instance.made !== null };
  const parts: Cover[] = [];
  const tooMuch = spot.depth > MAX_DEPTH || context.work++ > MAX_WORK;
  const children = tooMuch ? [] : childrenFor(instance, [...node.children.keys()]);
  for (const [name, child] of node.children) {
    const candidates = children.filter((each) => each.name === name);
    const covers = candidates.flatMap(({ value, run, counted }) => {
      const runs = run === null ? here.runs : new Map([...here.runs, [run.loop, run.index]]);
      const part = counted === null ? name : `${counted.before}{${letterOf(here.counted)}}${counted.after}`;
      const at: Spot = {
        ...here,
        path: join(here.path, name),
        pattern: join(here.pattern, part),
        counted: here.counted + (counted === null ? 0 : 1),
        runs,
      };
      const options = optionsOf(value).map((option) =>
        option.kind === 'list' && instance.lazy ? (layersInList(option, name) ?? option) : option,
      );
      return options.map((option) => coverValue(option, child, at, name, context));
    });
    const best = covers.reduce<Cover | null>(
      (one, other) => (one === null || other.worth > one.worth ? other : one),
      null,
    );
    if (best !== null && (best.pairs.length > 0 || !instance.opaque)) {
      parts.push(best);
    } else if (!instance.opaque) parts.push(extraOf(child));
    else if (instance.made !== null || instance.lazy) parts.push({ ...NO_COVER, unclear: extraOf(child).extra });
    else parts.push(coverUnknown(child, { ...here, pattern: join(here.pattern, name) }, name));
  }
  if (node.tensor !== null) parts.push({ ...NO_COVER, extra: [node.tensor], worth: -0.5 });
  const missing = missingOf(instance, node, here);
  parts.push({ ...NO_COVER, missing, worth: -lossOf(missing) });
  const cover = joined(parts);
  const stand = { instance, path: spot.path, pattern: spot.pattern, runs: spot.runs, node };
  return { ...cover, stands: instance.made === null ? cover.stands : [stand, ...cover.stands] };
}

function coverValue(value: Value, node: NameNode, spot: Spot, name: string, context: CoverContext): Cover {
  if (value.kind === 'instance') return coverInstance(value, node, spot, context);
  if (value.kind !== 'parameter' || node.tensor === null) return extraOf(node);
  const { tensor } = node;
  const definition = value.definition ?? spot.owner;
  const parameter = value.definition === null ? parameterName(spot, name) : name;
  const pair: Pair = {
    definition,
    parameter,
    tensor,
    pattern: spot.pattern,
    value,
    runs: spot.runs,
    inherited: spot.made && value.definition === null,
  };
  const below = [...node.children.values()].flatMap((child) => extraOf(child).extra);
  return {
    ...NO_COVER,
    pairs: [pair],
    extra: below,
    worth: fitOf(value, tensor.shape, spot.runs, context) - 0.5 * below.length,
  };
}

/** Inside a part of a layer, as `out_proj` is of attention, the part's name belongs to the parameter's. */
function parameterName({ path }: Spot, name: string): string {
  const parent = path.split('.').at(-2) ?? '';
  return parent === 'out_proj' ? `${parent}.${name}` : name;
}

/** 1 where the shape is as the code says, less where it cannot be. */
function fitOf({ shape }: ParameterValue, actual: readonly number[], runs: Runs, context: CoverContext): number {
  if (shape === null) return 0.9;
  if (shape.length !== actual.length) return -1;
  const wrong = shape.some((size, axis) => {
    const value = valueOf(size, context.known, runs);
    return value !== null && !agrees(value, actual[axis] ?? NaN);
  });
  return wrong ? 0.3 : 1;
}

function coverUnknown(node: NameNode, spot: Spot, name: string): Cover {
  const pairs = tensorsBelow(node).map(({ path, tensor }) => ({
    definition: spot.owner,
    parameter: join(name, path),
    tensor,
    pattern: countedPattern(join(spot.pattern, path), spot.counted),
    value: null,
    runs: spot.runs,
    inherited: false,
  }));
  return { ...NO_COVER, pairs, worth: pairs.length * UNKNOWN_WORTH };
}

/** Numbers that stand alone in the names below a module that is not known count its blocks, as far as can be told. */
function countedPattern(pattern: string, counted: number): string {
  let next = counted;
  return pattern
    .split('.')
    .map((part) => (/^\d+$/u.test(part) ? `{${letterOf(next++)}}` : part))
    .join('.');
}

function extraOf(node: NameNode): Cover {
  const extra = tensorsBelow(node).map(({ tensor }) => tensor);
  return { ...NO_COVER, extra, worth: -0.5 * extra.length };
}

function missingOf(instance: Instance, node: NameNode, spot: Spot): Missing[] {
  const missing: Missing[] = [];
  for (const [name, value] of instance.attributes) {
    if (node.children.has(name)) continue;
    for (const each of required(value, spot.owner)) {
      missing.push({ ...each, certain: each.certain && !instance.lazy, path: join(join(spot.path, name), each.path) });
    }
  }
  return missing;
}

function lossOf(missing: readonly Missing[]): number {
  return missing.reduce((sum, { certain, buffer }) => sum + (certain ? MISSING_LOSS : buffer ? BUFFER_LOSS : 0), 0);
}

function joined(parts: readonly Cover[]): Cover {
  return {
    pairs: parts.flatMap(({ pairs }) => pairs),
    missing: parts.flatMap(({ missing }) => missing),
    extra: parts.flatMap(({ extra }) => extra),
    unclear: parts.flatMap(({ unclear }) => unclear),
    stands: parts.flatMap(({ stands }) => stands),
    worth: parts.reduce((sum, { worth }) => sum + worth, 0),
  };
}

function join(path: string, name: string): string {
  return path === '' ? name : name === '' ? path : `${path}.${name}`;
}

/** i, j, k, ... */
function letterOf(position: number): string {
  return String.fromCharCode('i'.charCodeAt(0) + Math.min(position, 16));
}
