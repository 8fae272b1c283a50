/** View types of the custom editor: one that VS Code takes by itself, one to be chosen for names that others use too. */
export const EDITORS = { checkpoint: 'qkLens.checkpoint', checkpointOption: 'qkLens.checkpointOption' } as const;

/** The tree of checkpoints. */
export const CHECKPOINTS_VIEW = 'qkLens.checkpoints';

/** `contextValue` of the tree's items, which menus ask for. */
export const TREE_ITEMS = { checkpoint: 'checkpoint', layer: 'layer', tensor: 'tensor' } as const;

/** What can be opened: ends of file names, without the dot. */
export const CHECKPOINT_EXTENSIONS = [
  'safetensors',
  'pt',
  'pth',
  'ckpt',
  'bin',
  'onnx',
  'npz',
  'h5',
  'hdf5',
  'keras',
  'gguf',
  'msgpack',
  'distcp',
] as const;

/** End of the name of the index of a sharded checkpoint. */
export const SHARD_INDEX_SUFFIX = '.safetensors.index.json';

/** The walkthrough. */
export const WALKTHROUGH = 'qkLens.start';
