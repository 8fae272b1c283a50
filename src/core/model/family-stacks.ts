import { FAMILIES } from './families/index.js';
import type { FamilyTower } from './families/family.js';
import { type KnownNames, knownNames } from './known-names.js';
import { anchorOf, fillPath, isFused, joinPath, type Layout } from './layout.js';
import { compareNumbers } from './names.js';
import { type FileFacts, type Stack, viewStack } from './stack.js';
import type { NamedTensor, TensorNames } from './tensor-names.js';

/** A family's tower with one of its layouts. */
interface Candidate {
  readonly family: string;
  readonly tower: FamilyTower;
  readonly layout: Layout;
  readonly known: KnownNames;
}

/** Candidates by the template of the tensor that a layer is found by, in the order of the table of families. */
const CANDIDATES = collectCandidates();

/** Segments of each such template, and most of them. */
const DEPTHS = new Map([...CANDIDATES.keys()].map((template) => [template, template.split('.').length]));
const MAX_SEGMENTS = Math.max(...DEPTHS.values());

/** Layers of one template below one root. */
interface Group {
  readonly template: string;
  readonly root: string;
  readonly layers: { readonly numbers: readonly number[]; readonly anchor: NamedTensor }[];
}

/** The stacks of layers in a part of a file that belong to a known family. */
export function findFamilyStacks(names: TensorNames, facts: FileFacts): Stack[] {
  const stacks: Stack[] = [];
  const taken = new Set<NamedTensor>();
  // Longer templates are more exact: `layers.{}.blocks.{}.attn` is Swin, and not a ViT below `layers.0.`.
  const groups = collectGroups(names.all).sort((one, other) => depthOf(other) - depthOf(one));
  for (const { template, root, layers } of groups) {
    if (layers.some(({ anchor }) => taken.has(anchor))) continue;
    layers.sort((one, other) => compareNumbers(one.numbers, other.numbers));
    const sorted = layers.map(({ numbers }) => numbers);
    const found = (CANDIDATES.get(template) ?? []).find(
      (candidate) => hasSteadyWidth(candidate, layers) && accepts(candidate, names, facts, root, sorted),
    );
    if (found === undefined) continue;
    for (const { anchor } of layers) taken.add(anchor);
    const { assumes } = found.layout;
    const assumptions =
      assumes === undefined ? [] : [{ code: assumes.code, text: assumes.text(), choices: [], value: null }];
    stacks.push({ ...found, root, layers: sorted, assumptions });
  }
  return stacks.sort((one, other) => orderOf(one) - orderOf(other));
}

function accepts(
  { tower, layout, known }: Candidate,
  names: TensorNames,
  facts: FileFacts,
  root: string,
  layers: readonly (readonly number[])[],
): boolean {
  const view = viewStack(names, facts, { root, layout, layers });
  const key = isFused(layout.weights) ? layout.weights.fused : layout.weights.key;
  if (!view.inAttention(key)) return false;
  if (layout.norm !== null && !view.inBlock(`${layout.norm.name}.weight`)) return false;
  if (!tower.accepts(view)) return false;
  // An attention module with parts that the family does not have computes something else.
  const attention = fillPath(joinPath(layout.block, layout.attention), layers[0] ?? []);
  return names.under(`${root}${attention}.`).every((rest) => known.inBlock(joinPath(layout.attention, rest)));
}

/** False for layers that get wider without stages, as in Hiera: no family here has such. */
function hasSteadyWidth({ layout }: Candidate, layers: Group['layers']): boolean {
  const first = layers[0]?.anchor.tensor.shape;
  const last = layers.at(-1)?.anchor.tensor.shape;
  return layout.block.includes('{s}') || String(first) === String(last);
}

function collectGroups(tensors: readonly NamedTensor[]): Group[] {
  const groups = new Map<string, Group>();
  for (const named of tensors) {
    const segments = named.starts.length;
    for (let from = Math.max(0, segments - MAX_SEGMENTS); from < segments; from++) {
      const template = named.template.slice(named.templateStarts[from]);
      if (!CANDIDATES.has(template)) continue;
      const root = named.name.slice(0, named.starts[from]);
      // Templates come from the table of families and hold no line break, so that keys cannot be mistaken.
      const key = `${template}\n${root}`;
      const group: Group = groups.get(key) ?? { template, root, layers: [] };
      groups.set(key, group);
      const count = template.split('{}').length - 1;
      group.layers.push({ numbers: named.numbers.slice(named.numbers.length - count), anchor: named });
    }
  }
  return [...groups.values()];
}

function collectCandidates(): Map<string, Candidate[]> {
  const candidates = new Map<string, Candidate[]>();
  for (const family of FAMILIES) {
    for (const tower of family.towers) {
      for (const layout of tower.layouts) {
        const template = anchorOf(layout);
        const list = candidates.get(template) ?? [];
        candidates.set(template, list);
        list.push({ family: family.id, tower, layout, known: knownNames(tower, layout) });
      }
    }
  }
  return candidates;
}

function depthOf({ template }: Group): number {
  return DEPTHS.get(template) ?? 0;
}

/** Place of a stack's tower in its family: the main one first. */
function orderOf({ family, tower }: Stack): number {
  return FAMILIES.find(({ id }) => id === family)?.towers.indexOf(tower) ?? 0;
}
