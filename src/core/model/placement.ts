import { elementCount, type TensorEntry } from '../tensors/tensor-index.js';
import { isUsual } from './generic/words.js';
import { joinPath, templateOf } from './layout.js';
import { ancestorsOf, type Stack } from './stack.js';
import type { NamedTensor } from './tensor-names.js';

/** The tensors that belong to one stack. */
export interface Placement {
  readonly tensors: readonly TensorEntry[];
  /** Elements of all of them. */
  readonly parameterCount: number;
  /** Names that the stack's family does not know. */
  readonly unmatched: readonly string[];
}

/** A placement that is being filled. */
interface Placed {
  readonly tensors: TensorEntry[];
  parameterCount: number;
  readonly unmatched: string[];
}

/** How well a name fits a stack. */
interface Fit {
  readonly known: boolean;
  /** True inside one of its blocks. */
  readonly inBlock: boolean;
  /** Length of what the name has in common with the stack's root, in whole modules. */
  readonly near: number;
}

/** Asks one stack about names. */
interface Fitter {
  /** True inside the attention module of one of its layers. */
  isAttention(named: NamedTensor): boolean;
  fit(named: NamedTensor, usual: boolean): Fit;
}

/** Gives every tensor of a part of a file to one of its stacks. */
export function placeTensors(stacks: readonly Stack[], tensors: readonly NamedTensor[]): Placement[] {
  const fitters = stacks.map(fitterOf);
  const placed = stacks.map((): Placed => ({ tensors: [], parameterCount: 0, unmatched: [] }));
  for (const named of tensors) {
    const { index, known } = bestFit(fitters, named);
    const place = placed[index];
    if (place === undefined) continue;
    place.tensors.push(named.tensor);
    place.parameterCount += elementCount(named.tensor.shape);
    if (!known) place.unmatched.push(named.tensor.name);
  }
  return placed;
}

/** The stack that a tensor belongs to: the one whose attention it is part of, else the nearest that knows it. */
function bestFit(fitters: readonly Fitter[], named: NamedTensor): { index: number; known: boolean } {
  const own = fitters.findIndex((fitter) => fitter.isAttention(named));
  if (own >= 0) return { index: own, known: fitters[own]?.fit(named, false).known === true };
  const usual = isUsual(named.name);
  let index = 0;
  let best: Fit | null = null;
  for (const [position, fitter] of fitters.entries()) {
    const fit = fitter.fit(named, usual);
    if (best !== null && !isBetter(fit, best)) continue;
    index = position;
    best = fit;
  }
  return { index, known: best?.known === true };
}

function fitterOf({ root, layout, known }: Stack): Fitter {
  const depth = root === '' ? 0 : root.split('.').length - 1;
  const block = layout.block === '' ? '' : `${templateOf(layout.block)}.`;
  const attention = layout.attention === '' ? '' : `${templateOf(joinPath(layout.block, layout.attention))}.`;
  const blockDepth = block.split('.').length - 1;
  const ancestors = ancestorsOf(root);
  const isBelow = (named: NamedTensor, template: string): boolean =>
    template !== '' &&
    named.name.startsWith(root) &&
    named.template.startsWith(template, named.templateStarts[depth] ?? named.template.length);
  return {
    isAttention: (named) => isBelow(named, attention),
    fit: (named, usual) => {
      const { name } = named;
      // Each ancestor starts with the next one: what starts with one starts with all that follow.
      const innermost = ancestors.findIndex((ancestor) => name.startsWith(ancestor));
      const around = innermost < 0 ? [] : ancestors.slice(innermost);
      const near = around[0]?.length ?? 0;
      const inBlock = isBelow(named, block);
      const isKnown =
        (known.usual && usual) ||
        (inBlock && known.inBlock(name.slice(named.starts[depth + blockDepth]))) ||
        (innermost === 0 && known.belowRoot(name.slice(root.length))) ||
        around.some((ancestor) => known.besideRoot(name.slice(ancestor.length)));
      return { known: isKnown, inBlock, near };
    },
  };
}

function isBetter(fit: Fit, other: Fit): boolean {
  if (fit.known !== other.known) return fit.known;
  if (fit.inBlock !== other.inBlock) return fit.inBlock;
  return fit.near > other.near;
}
