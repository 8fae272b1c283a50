/** Calls that name a checkpoint or a model, by the last parts of their names, and which argument holds it. */
export interface LinkingCall {
  readonly kind: 'model' | 'file';
  /** Names under which the argument may be given. */
  readonly names: readonly string[];
  /** Position of the argument; null where it is only given by name. */
  readonly position: number | null;
}

const PATH: LinkingCall = { kind: 'file', names: ['f', 'path', 'filename', 'checkpoint_path'], position: 0 };

/** By the last part of the call's name, or the last two where one says too little. */
export const LINKING_CALLS: ReadonlyMap<string, readonly LinkingCall[]> = new Map<string, readonly LinkingCall[]>([
  [
    'create_model',
    [
      { kind: 'model', names: ['model_name'], position: 0 },
      { kind: 'file', names: ['checkpoint_path'], position: null },
    ],
  ],
  [
    'create_model_and_transforms',
    [
      { kind: 'model', names: ['model_name'], position: 0 },
      { kind: 'file', names: ['pretrained'], position: null },
    ],
  ],
  ['from_pretrained', [{ kind: 'file', names: ['pretrained_model_name_or_path'], position: 0 }]],
  ['load_from_checkpoint', [{ kind: 'file', names: ['checkpoint_path'], position: 0 }]],
  ['load_checkpoint', [{ kind: 'file', names: ['checkpoint_path'], position: 1 }]],
  ['torch.load', [PATH]],
  ['jit.load', [PATH]],
  ['load_file', [PATH]],
  ['torch.load_file', [PATH]],
  ['safe_open', [PATH]],
  ['load_model', [{ kind: 'file', names: ['filename'], position: 1 }]],
  ['load_state_dict_from_file', [PATH]],
  ['InferenceSession', [{ kind: 'file', names: ['path_or_bytes'], position: 0 }]],
  ['onnx.load', [PATH]],
  ['hub.load', [{ kind: 'model', names: ['model'], position: 1 }]],
]);

/** Names of numbers that a checkpoint can confirm or contradict. */
export const MODEL_NUMBERS: ReadonlySet<string> = new Set([
  'num_heads',
  'n_heads',
  'heads',
  'n_head',
  'nhead',
  'num_attention_heads',
  'depth',
  'num_layers',
  'n_layer',
  'num_hidden_layers',
  'embed_dim',
  'dim',
  'hidden_size',
  'd_model',
  'width',
  'patch_size',
  'mlp_ratio',
  'img_size',
  'image_size',
  'num_classes',
  'intermediate_size',
]);

/** Endings of files that hold weights. */
export const WEIGHT_FILE = /\.(?:safetensors|pt|pth|ckpt|bin|onnx|gguf|npz|h5)$|\.index\.json$/iu;
