import * as l10n from '@vscode/l10n';
import type { ByteSource, CheckpointFolder } from '../../bytes/byte-source.js';
import { quoteName } from '../../bytes/quote.js';
import type { Warning } from '../../errors.js';
import type { ComputationGraph, SmallConstant } from '../../onnx/graph.js';
import { withoutQuantisation } from '../../onnx/quantised.js';
import { readHead, WIRE, WireProblem } from '../../onnx/wire.js';
import { elementCount, type Setting, type TensorEntry, type TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { malformed } from '../problem.js';
import { addSetting } from '../settings.js';
import { ModelFiles } from './entries.js';
import { causalMasks } from './masks.js';
import { inOrder } from './order.js';
import { expandModel, type PlacedTensor } from './expand.js';
import type { ParsedModel } from './parsed.js';
import { dequantised, withQuantisation } from './quantise.js';
import { readModel } from './read-model.js';
import { withPackedWeights } from './weight-only.js';
import { andMore } from '../../text/lists.js';

/** Constants in nodes are listed among the tensors from this many elements on; shapes and scalars are no weights. */
const LISTED_CONSTANT = 8;
/** Tensors of types that are not read are named one by one up to this number. */
const MAX_NAMED = 5;

/** Fields of ModelProto by number, and their wire types. */
const MODEL_FIELDS: ReadonlyMap<number, number> = new Map([
  [1, WIRE.varint],
  [2, WIRE.bytes],
  [3, WIRE.bytes],
  [4, WIRE.bytes],
  [5, WIRE.varint],
  [6, WIRE.bytes],
  [7, WIRE.bytes],
  [8, WIRE.bytes],
  [14, WIRE.bytes],
  [20, WIRE.bytes],
  [25, WIRE.bytes],
  [26, WIRE.bytes],
]);
const IR_VERSION = 1;
const GRAPH = 7;

/** ONNX has no magic number: its first fields must be those of a model, its version among the first, up to the graph. */
function probe(head: Uint8Array, source: ByteSource): boolean {
  let fields = 0;
  let hasVersion = false;
  for (let at = 0; at < head.length; fields++) {
    try {
      const field = readHead(head, at, 0, Number.MAX_SAFE_INTEGER);
      if (MODEL_FIELDS.get(field.number) !== field.wire) return false;
      hasVersion ||= field.number === IR_VERSION && field.value > 0 && field.value < 1_000;
      if (field.number === GRAPH) return hasVersion || source.name.toLowerCase().endsWith('.onnx');
      at = field.end;
    } catch (error) {
      if (error instanceof WireProblem) break;
      throw error;
    }
  }
  return hasVersion && fields > 1;
}

async function open(source: ByteSource, folder: CheckpointFolder): Promise<TensorIndex> {
  const model = await readModel(source);
  const { operations: listedOperations, shapes, tensors: placed } = expandModel(model, source.name);
  const operations = inOrder(listedOperations);
  const files = new ModelFiles(source, folder);
  const listed = await listTensors(placed, files);
  const { inputs, outputs } = model.graph;
  const plain = { inputs, outputs, operations, shapes, operatorSets: model.operatorSets };
  const named = { ...plain, tensors: listed.byValue };
  const sourceOf = async (file: number): Promise<ByteSource> =>
    file === 0 ? source : folder.open(files.names[file] ?? '');
  const scaled = await withQuantisation(listed.tensors, named, sourceOf);
  const tensors = await withPackedWeights(scaled, named, sourceOf);
  const graph: ComputationGraph = {
    ...named,
    operations: operations.map(withoutQuantisation),
    constants: dequantised(listed.constants, tensors, named),
    causalMasks: await causalMasks(tensors, named, sourceOf),
  };
  return {
    format: 'onnx',
    files: files.names,
    tensors,
    settings: settingsOf(model),
    warnings: unreadWarnings(placed),
    graph,
  };
}

/** The tensors of a model under names that differ, and the small ones by value. */
async function listTensors(
  placed: readonly PlacedTensor[],
  files: ModelFiles,
): Promise<{
  tensors: TensorEntry[];
  byValue: Map<string, string>;
  constants: Map<string, SmallConstant>;
}> {
  const tensors: TensorEntry[] = [];
  const byValue = new Map<string, string>();
  const constants = new Map<string, SmallConstant>();
  const names = new Set(placed.flatMap(({ tensor, isInitializer }) => (isInitializer ? [tensor.name] : [])));
  const namer = new Namer(names);
  for (const { value, tensor, isInitializer } of placed) {
    if ('type' in tensor) continue;
    const { shape, values } = tensor;
    if (values !== null) constants.set(value, { shape, values });
    if (!isInitializer && elementCount(shape) < LISTED_CONSTANT) continue;
    const name = namer.name(tensor.name, isInitializer);
    tensors.push(await files.entry({ ...tensor, name }));
    byValue.set(value, name);
  }
  return { tensors, byValue, constants };
}

/** Gives every tensor a name of its own: inner graphs may use one name twice, and nodes that of an initializer. */
class Namer {
  readonly #used = new Map<string, number>();

  constructor(readonly initializers: ReadonlySet<string>) {}

  name(name: string, isInitializer: boolean): string {
    let number = this.#used.get(name) ?? (isInitializer || !this.initializers.has(name) ? 0 : 1);
    let full = name;
    while (number > 0) {
      full = `${name}#${String(number + 1)}`;
      if (!this.#used.has(full) && !this.initializers.has(full)) break;
      number++;
    }
    this.#used.set(name, number + 1);
    if (full !== name) this.#used.set(full, 1);
    return full;
  }
}

function settingsOf({ notes, operatorSets }: ParsedModel): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const [key, value] of notes) addSetting(settings, `onnx.${key}`, value);
  for (const [domain, version] of operatorSets) {
    addSetting(settings, `onnx.opset.${domain === '' ? 'ai.onnx' : domain}`, version);
  }
  return settings;
}

function unreadWarnings(placed: readonly PlacedTensor[]): Warning[] {
  const unread = placed.flatMap(({ tensor }) => ('type' in tensor && tensor.type !== 'text' ? [tensor] : []));
  if (unread.length === 0) return [];
  const shown = unread.slice(0, MAX_NAMED).map(({ name, type }) => `${quoteName(name)} (${type})`);
  const list = andMore(shown.join(', '), unread.length - MAX_NAMED);
  const message = l10n.t('{0}: these types are not read; the tensors are left out.', list);
  return [{ code: 'unread-types', message }];
}

/** ONNX: a protobuf of nodes and initializers, which may lie in files beside it. */
export const onnx: CheckpointFormat = {
  ids: ['onnx'],
  label: 'ONNX',
  probe,
  async open(source, folder) {
    const index = await open(source, folder);
    if (index.tensors.length > 0 || (index.graph?.operations.length ?? 0) > 0) return index;
    throw malformed(source.name, l10n.t('its graph holds neither nodes nor tensors'), l10n.t('export the model again'));
  },
};
