/** A layer of a Keras model by its own name, and the layers whose outputs it reads. */
export interface GraphLayer {
  readonly name: string;
  readonly type: string;
  readonly sources: readonly string[];
  /** Its settings, unchecked. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Models inside each other. */
const MAX_DEPTH = 8;
const MAX_LAYERS = 100_000;

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function member(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The layer that a tensor comes from: `keras_history` of Keras 3, the first of [name, node, index] of Keras 2. */
function sourceOf(tensor: unknown): string | null {
  if (Array.isArray(tensor)) return typeof tensor[0] === 'string' ? tensor[0] : sourceOf(tensor[0]);
  const [name] = list(member(member(tensor, 'config'), 'keras_history'));
  return typeof name === 'string' ? name : null;
}

function sourcesOf(layer: Json): string[] {
  const [node] = list(member(layer, 'inbound_nodes'));
  const inputs = Array.isArray(node) ? node : list(member(node, 'args'));
  // What is added is a list of its own in Keras 3; in Keras 2 each input is a list that starts with a name.
  const tensors = inputs.flatMap((input) => (typeof list(input)[0] === 'object' ? list(input) : [input]));
  return tensors.map(sourceOf).filter((name) => name !== null);
}

function collect(model: unknown, depth: number, layers: Map<string, GraphLayer>): void {
  if (depth > MAX_DEPTH) return;
  for (const layer of list(member(member(model, 'config'), 'layers'))) {
    if (!isObject(layer) || layers.size === MAX_LAYERS) continue;
    const name = member(layer, 'name') ?? member(member(layer, 'config'), 'name');
    const type = member(layer, 'class_name');
    if (typeof name === 'string' && typeof type === 'string') {
      const settings = member(layer, 'config');
      layers.set(name, { name, type, sources: sourcesOf(layer), config: isObject(settings) ? settings : {} });
    }
    collect(layer, depth + 1, layers);
  }
}

/** The layers of a model's configuration in their order; none where it is no configuration of a model. */
export function readGraph(configuration: string | null): ReadonlyMap<string, GraphLayer> {
  const layers = new Map<string, GraphLayer>();
  if (configuration === null) return layers;
  try {
    collect(JSON.parse(configuration), 0, layers);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return layers;
}
