import { isAside } from '../../model/wrappers.js';
import type { Elaborator } from '../evaluate/elaborate.js';
import type { RunTimeNameSite } from '../evaluate/evaluation.js';
import { type ClassValue, type Instance, optionsOf } from '../evaluate/value.js';
import type { Known } from '../sizes/solve.js';
import { childrenFor } from './children.js';
import { type Cover, coverInstance } from './cover.js';
import type { NameNode } from './name-tree.js';
import type { Naming } from './renamings.js';

/** A class laid over the checkpoint. */
export interface Laid {
  readonly made: ClassValue;
  readonly root: Instance;
  readonly runTimeNames: readonly RunTimeNameSite[];
  /** What stands before its names, with the dot at the end; one for each copy of the model. */
  readonly prefixes: readonly string[];
  readonly covers: readonly Cover[];
  readonly naming: Naming;
  /** 0 to 1. */
  readonly score: number;
  /** Share of the tensors under its prefixes that it has places for. */
  readonly inside: number;
}

/** Wrappers are no deeper. */
const MAX_DEPTH = 8;

/** More copies of a model than any training script keeps. */
const MAX_PREFIXES = 8;

interface Place {
  readonly prefix: string;
  readonly node: NameNode;
  readonly hits: number;
}

/** Where in the names a module's own attributes stand: the places where most of them are. */
function placesOf(root: Instance, tree: NameNode): Place[] {
  const places: Place[] = [];
  const visit = (node: NameNode, prefix: string, depth: number): void => {
    const names = [...node.children.keys()];
    const found = new Set(
      childrenFor(root, names)
        .filter(({ value }) => optionsOf(value).some(({ kind }) => kind === 'instance' || kind === 'parameter'))
        .map(({ name }) => name),
    );
    // Numbers may be anything's; only where there is nothing else do they tell where a model stands.
    const hits = [...found].filter((name) => !/^\d+$/u.test(name)).length + (found.size > 0 ? 0.5 : 0);
    if (hits > 0) places.push({ prefix, node, hits });
    if (depth === MAX_DEPTH) return;
    for (const [name, child] of node.children) {
      if (!/^\d+$/u.test(name) && !isAside(name) && child.children.size > 0)
        visit(child, `${prefix}${name}.`, depth + 1);
    }
  };
  visit(tree, '', 0);
  const most = Math.max(0, ...places.map(({ hits }) => hits));
  const best = places.filter(({ hits }) => hits === most);
  const largest = Math.max(0, ...best.map(({ node }) => node.count));
  return best.filter(({ node }) => node.count * 2 >= largest).slice(0, MAX_PREFIXES);
}

/** Lays a class over the checkpoint's names; null where none of its attributes occurs. */
export function lay(
  elaborator: Elaborator,
  made: ClassValue,
  { tree, naming, total }: { readonly tree: NameNode; readonly naming: Naming; readonly total: number },
  elaborated: { readonly root: Instance; readonly runTimeNames: readonly RunTimeNameSite[] } = elaborator.elaborate(
    made,
  ),
): Laid | null {
  const { root, runTimeNames } = elaborated;
  const places = placesOf(root, tree);
  if (places.length === 0) return null;
  const covers = places.map(({ node }) => coverAt(root, node, new Map()));
  return {
    made,
    root,
    runTimeNames,
    prefixes: places.map(({ prefix }) => prefix),
    covers,
    naming,
    ...scoreOf(covers, total),
  };
}

/** The same with what is known of the sizes, which may decide between alternatives. */
export function layAgain(laid: Laid, tree: NameNode, known: Known, total: number): Laid {
  const covers = laid.prefixes.map((prefix) => coverAt(laid.root, nodeAt(tree, prefix), known));
  return { ...laid, covers, ...scoreOf(covers, total) };
}

function coverAt(root: Instance, node: NameNode, known: Known): Cover {
  const spot = { path: '', pattern: '', counted: 0, runs: new Map(), owner: root.definition, depth: 0, made: true };
  return coverInstance(root, node, spot, { known, work: 0 });
}

function nodeAt(tree: NameNode, prefix: string): NameNode {
  let node = tree;
  for (const name of prefix.split('.').slice(0, -1)) node = node.children.get(name) ?? node;
  return node;
}

/** A tensor of a module that is not known counts for less than one that the code names. */
const UNKNOWN_SHARE = 0.75;

function scoreOf(covers: readonly Cover[], total: number): { score: number; inside: number } {
  let matched = 0;
  let here = 0;
  let missing = 0;
  for (const cover of covers) {
    for (const { value } of cover.pairs) matched += value === null ? UNKNOWN_SHARE : 1;
    here += cover.pairs.length + cover.extra.length + cover.unclear.length;
    missing += cover.missing.filter(({ certain }) => certain).length;
  }
  const of = (count: number): number => (count === 0 ? 0 : matched / count);
  return { score: of(total + missing), inside: of(here + missing) };
}

/** Number of tensors that a model of the file could own: without what a training script keeps beside it. */
export function ownTensors(tree: NameNode): number {
  const beside = (node: NameNode, depth: number): number => {
    let count = 0;
    for (const [name, child] of node.children) {
      if (isAside(name)) count += child.count;
      else if (depth < 2) count += beside(child, depth + 1);
    }
    return count;
  };
  return tree.count - beside(tree, 0);
}
