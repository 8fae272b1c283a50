import type { LayerSpec, Recognition } from '../../model/model.js';
import type { DefinitionRole, SourceDefinition, TensorPattern } from '../contract.js';

/** What recognition knows of the tensors of attention layers. */
interface AttentionRoles {
  readonly byTensor: ReadonlyMap<string, DefinitionRole>;
  /** Paths of attention modules. */
  readonly paths: ReadonlySet<string>;
}

/** Roles of the tensors that recognition placed in attention layers. */
export function attentionRoles({ models }: Recognition): AttentionRoles {
  const byTensor = new Map<string, DefinitionRole>();
  const layers = models.flatMap((model) => model.layers);
  for (const layer of layers) {
    for (const [name, role] of layerRoles(layer)) byTensor.set(name, role);
  }
  return { byTensor, paths: new Set(layers.map(({ path }) => path)) };
}

function layerRoles({ query, key, value, norm }: LayerSpec): [string, DefinitionRole][] {
  const [q, k, v] = [query, key, value].map((projection) => projection?.weight.tensor.name ?? null);
  const roles: [string, DefinitionRole][] = [];
  const add = (name: string | null | undefined, role: DefinitionRole): void => {
    if (name !== null && name !== undefined) roles.push([name, role]);
  };
  add(v, k === v && k !== null ? 'key-value' : 'value');
  add(k, k === v ? 'key-value' : 'key');
  add(q, q !== k ? 'query' : q === v ? 'query-key-value' : 'query-key');
  add(norm?.gain?.tensor.name, 'norm');
  add(norm?.shift?.tensor.name, 'norm');
  return roles;
}

const NORM = /norm|(?:^|\.)ln(?:_|\d|$)|^bn\d?$/iu;
const EMBEDDING = /embed|patch|token|(?:^|\.)(?:pos|cls)(?:_|$)|position/iu;
const MLP = /(?:^|\.)(?:mlp|ffn|feed_forward|intermediate)(?:\.|$)|(?:^|\.)(?:fc\d|c_fc|w[123])(?:\.|$)/iu;

/** Role of a definition: by what recognition says of its tensors, else by its layer and names. */
export function roleOf(
  {
    module,
    attribute,
    tensors,
  }: Pick<SourceDefinition, 'module' | 'attribute'> & { readonly tensors: readonly TensorPattern[] },
  { byTensor, paths }: AttentionRoles,
): DefinitionRole {
  const names = tensors.flatMap((tensor) => tensor.names.slice(0, 1));
  const roles = new Set(names.flatMap((name) => byTensor.get(name) ?? []));
  const [role] = roles;
  // A layer of a library that makes all projections.
  if (role !== undefined) return roles.has('query') && roles.has('value') ? 'query-key-value' : role;
  const [name = ''] = names;
  if (NORM.test(module) || NORM.test(attribute)) return 'norm';
  if (module.endsWith('Embedding') || EMBEDDING.test(attribute)) return 'embedding';
  const parents = name.split(/[./]/u).slice(0, -1);
  const inAttention = parents.some((_, index) => paths.has(parents.slice(0, index + 1).join('.')));
  if (inAttention && /proj|out|dense|to_out|output/iu.test(parents.slice(-2).join('.'))) return 'output';
  return MLP.test(parents.join('.')) ? 'mlp' : 'other';
}
