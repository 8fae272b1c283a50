import { isFused, joinPath, type Layout } from './layout.js';
import type { ShapedLayer } from './read-layer.js';
import type { TensorNames } from './tensor-names.js';

/** What a tensor's sizes say of the heads of a layer. */
export interface HeadProof {
  readonly tensor: string;
  readonly heads: number;
}

/** A tensor that exists once a head, or whose entries are those of one head. */
interface Witness {
  readonly name: string;
  /** Below the attention module of the layer, or below the root for what all layers share. */
  readonly at: 'attention' | 'root';
  /** Axes that it has, where tables of other kinds have the same name. */
  readonly axes?: number;
  /** Axis that counts, from the left; -1 is the last. */
  readonly axis: number;
  readonly counts: 'heads' | 'head-size';
  /** True where the axis may run over all heads together: as long as the query, it says nothing. */
  readonly mayBeWhole?: true;
  /** Entries of a head for each entry along the axis: rotary tables hold halves or quarters. */
  readonly times?: number;
}

const WITNESSES: readonly Witness[] = [
  { name: 'relative_position_bias_table', at: 'attention', axis: -1, counts: 'heads' },
  { name: 'relative_position_bias.relative_position_bias_table', at: 'attention', axis: -1, counts: 'heads' },
  { name: 'rel_pos_bias.relative_position_bias_table', at: 'root', axis: -1, counts: 'heads' },
  { name: 'encoder.relative_position_bias.relative_position_bias_table', at: 'root', axis: -1, counts: 'heads' },
  { name: 'shared_position_bias.relative_position_bias_table', at: 'root', axis: -1, counts: 'heads' },
  { name: 'relative_attention_bias.weight', at: 'attention', axis: -1, counts: 'heads' },
  { name: 'rel_pos.relative_position_bias_table', at: 'attention', axes: 3, axis: 0, counts: 'heads' },
  { name: 'rel_pos.relative_position_bias_table', at: 'attention', axes: 2, axis: -1, counts: 'heads' },
  { name: 'rel_pos.mlp.fc2.weight', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'cpb_mlp.2.weight', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'continuous_position_bias_mlp.2.weight', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'logit_scale', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'temperature', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'attention_biases', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'proj_l.weight', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'pos_proj.weight', at: 'attention', axis: 0, counts: 'heads' },
  { name: 'pos_embed.height_rel', at: 'attention', axis: -1, counts: 'head-size' },
  { name: 'rel_pos_h', at: 'attention', axis: -1, counts: 'head-size' },
  { name: 'rotary_emb.inv_freq', at: 'attention', axis: -1, counts: 'head-size', times: 2 },
  { name: 'rope_embed.periods', at: 'root', axis: -1, counts: 'head-size', times: 4 },
];

/** The head count that the file proves for each layer; null where nothing does. */
export function proveHeads(
  names: TensorNames,
  root: string,
  layout: Layout,
  layers: readonly ShapedLayer[],
): (HeadProof | null)[] {
  const witnesses = witnessesIn(names, layout);
  const proofs = layers.map((layer) => proveLayer(names, root, layout, layer, witnesses));
  // T5 keeps its table in the first layer only; it holds for all layers of the same size.
  const first = proofs.findIndex((proof) => proof !== null);
  const model = layers[first];
  const shared = proofs[first] ?? null;
  return proofs.map((proof, index) => {
    const layer = layers[index];
    const alike = layer?.query.weight.rows === model?.query.weight.rows && layer?.width === model?.width;
    return proof ?? (alike ? shared : null);
  });
}

/** The witnesses of which the file has any, so that many layers are not searched for each. */
function witnessesIn(names: TensorNames, { headNorms }: Layout): Witness[] {
  const all: readonly Witness[] =
    headNorms === undefined
      ? WITNESSES
      : [
          { name: `${headNorms[0]}.weight`, at: 'attention', axis: -1, counts: 'head-size', mayBeWhole: true },
          ...WITNESSES,
        ];
  return all.filter((witness) => names.hasEnding(witness.name));
}

function proveLayer(
  names: TensorNames,
  root: string,
  layout: Layout,
  layer: ShapedLayer,
  witnesses: readonly Witness[],
): HeadProof | null {
  const rows = layer.query.weight.rows;
  if (layer.shapedHeads !== null) return { tensor: layer.query.weight.tensor.name, heads: layer.shapedHeads };
  const weight = isFused(layout.weights) ? layout.weights.fused : layout.weights.query;
  // Query and key may stand one module deeper, as in `attention.self.query`, and what belongs to them too.
  const inside = joinPath(layer.path, weight.split('.').slice(0, -2).join('.'));
  for (const witness of witnesses) {
    const places =
      witness.at === 'root'
        ? [`${root}${witness.name}`]
        : [layer.path, inside].map((path) => joinPath(path, witness.name));
    const name = places.find((place) => names.has(place)) ?? '';
    const shape = names.get(name)?.shape ?? [];
    if (witness.axes !== undefined && shape.length !== witness.axes) continue;
    const size = shape.at(witness.axis) ?? 0;
    if (size === 0 || (witness.mayBeWhole === true && size === rows)) continue;
    const heads = witness.counts === 'heads' ? size : rows / (size * (witness.times ?? 1));
    if (Number.isInteger(heads) && heads > 0 && rows % heads === 0) return { tensor: name, heads };
  }
  return null;
}
