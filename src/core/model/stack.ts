import type { ArchitectureName } from './architecture-name.js';
import type { ConfigView } from './config.js';
import type { FamilyTower, StackView } from './families/family.js';
import type { KnownNames } from './known-names.js';
import { fillPath, joinPath, type Layout } from './layout.js';
import type { Assumption } from './model.js';
import type { SettingsSection } from './settings.js';
import type { FormatId, Setting } from '../tensors/tensor-index.js';
import type { TensorNames } from './tensor-names.js';

/** Layers with like names that follow each other: what becomes a model. */
export interface Stack {
  readonly family: string;
  readonly tower: FamilyTower;
  readonly layout: Layout;
  /** What stands in front of the family's names. */
  readonly root: string;
  /** Numbers of each layer's block, in order of the layers. */
  readonly layers: readonly (readonly number[])[];
  readonly known: KnownNames;
  /** What was assumed when the names were read. */
  readonly assumptions: readonly Assumption[];
}

/** What the whole file says beside its tensors. */
export interface FileFacts {
  /** Name of the file for messages. */
  readonly file: string;
  readonly format: FormatId;
  readonly config: ConfigView | null;
  readonly modelType: string;
  readonly architecture: ArchitectureName | null;
  readonly settings: readonly SettingsSection[];
  /** Every plain value by its dotted path. */
  readonly plain: ReadonlyMap<string, Setting>;
}

/** Lets a family look at the tensors around a stack whose first layer has these numbers. */
export function viewStack(
  names: TensorNames,
  facts: FileFacts,
  { root, layout, layers }: Pick<Stack, 'root' | 'layout' | 'layers'>,
): StackView {
  const numbers = layers[0] ?? [];
  const block = `${root}${fillPath(layout.block, numbers)}`;
  const attention = `${root}${fillPath(joinPath(layout.block, layout.attention), numbers)}`;
  const ancestors = ancestorsOf(root);
  return {
    has: (name) => names.has(`${root}${name}`),
    inBlock: (name) => names.has(joinPath(block, name)),
    inAttention: (name) => names.has(joinPath(attention, name)),
    beside: (name) => ancestors.some((ancestor) => names.has(`${ancestor}${name}`)),
    shape: (name) => names.get(`${root}${name}`)?.shape ?? null,
    modelType: facts.modelType,
    architecture: facts.architecture?.name ?? '',
    format: facts.format,
    setting: (path) => [...facts.plain.keys()].some((each) => each.startsWith(path)),
  };
}

/** What belongs to a model stands at most this many modules around its own names. */
const MAX_AROUND = 5;

/** A root and the modules around it, the innermost first: `a.b.` gives `a.b.`, `a.` and the top. */
export function ancestorsOf(root: string): string[] {
  const ancestors = [root];
  let end = root.length - 1;
  while (end > 0 && ancestors.length <= MAX_AROUND) {
    end = root.lastIndexOf('.', end - 1);
    ancestors.push(root.slice(0, end + 1));
  }
  return ancestors;
}
