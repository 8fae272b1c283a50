import type { Basis } from '../../src/core/analysis/figures.js';
import type { KeyVariant } from '../../src/core/analysis/image/patch-attention.js';
import type {
  AttentionRows,
  ChangedRows,
  ChangedRun,
  HeadOnImage,
  ImageCard,
  ImageState,
  ImageTask,
  ImageToPanel,
  KeypointFigures,
  LayerInterrelation,
  LayerPreference,
  Mask,
  PromptPoint,
  Rollout,
  Trouble,
} from '../../src/protocol/image.js';
import type { OffObject } from '../../src/protocol/off-object.js';
import { remembered } from './bounded-map.js';

/** Numbers that are kept of heads and of attention rows; 4 bytes each. Older ones are asked for again. */
const MOST_NUMBERS = 16_000_000;

/** Layers more than any model has; a larger index in a message is a mistake. */
const MAX_LAYERS = 10_000;

/** All that is known of the image. Every figure is about `card`. */
export interface ImageFigures {
  readonly state: ImageState;
  /** The picture on show; it stays while another run of it is on its way. */
  readonly card: ImageCard | null;
  readonly heads: ReadonlyMap<string, HeadOnImage>;
  readonly attention: ReadonlyMap<string, AttentionRows>;
  readonly rollout: Rollout | null;
  readonly mask: Mask | null;
  /** One list a variant of keys, one place a layer; null where it is not there yet. */
  readonly preference: Readonly<Partial<Record<KeyVariant, readonly (LayerPreference | null)[]>>>;
  readonly changed: ChangedRun | null;
  /** What the prompt of `changed` does at other strengths too; empty without one. */
  readonly promptCurve: readonly PromptPoint[];
  /** Of `changed`: attention rows, and preference as above. */
  readonly changedAttention: ReadonlyMap<string, ChangedRows>;
  readonly changedPreference: Readonly<Partial<Record<KeyVariant, readonly (LayerPreference | null)[]>>>;
  readonly keypoints: KeypointFigures | null;
  readonly interrelation: readonly (LayerInterrelation | null)[];
  /** Heads whose interrelation chance does not explain; null until all layers are there. */
  readonly significant: readonly (readonly [layer: number, head: number])[] | null;
  /** What lies off the object; null while nobody asked. */
  readonly offObject: OffObject | null;
  readonly progress: Readonly<Partial<Record<ImageTask, { readonly done: number; readonly total: number }>>>;
  readonly trouble: Readonly<Partial<Record<ImageTask, Trouble>>>;
}

/** No image. */
export const NO_IMAGE: ImageFigures = {
  state: { kind: 'none' },
  card: null,
  heads: new Map(),
  attention: new Map(),
  rollout: null,
  mask: null,
  preference: {},
  changed: null,
  promptCurve: [],
  changedAttention: new Map(),
  changedPreference: {},
  keypoints: null,
  interrelation: [],
  significant: null,
  offObject: null,
  progress: {},
  trouble: {},
};

/** Under which a head's figures are kept. */
export function headKey(basis: Basis, layer: number, head: number): string {
  return `${basis} ${layer} ${head}`;
}

/** Under which a token's attention is kept. */
export function rowKey(layer: number, token: number): string {
  return `${layer} ${token}`;
}

/** What is known after a message; figures of another picture, model or preprocessing than the one on show change nothing. */
export function afterImageMessage(image: ImageFigures, message: ImageToPanel): ImageFigures {
  switch (message.type) {
    case 'image':
      return afterState(image, message.state);
    case 'image-progress': {
      const { task, done, total } = message;
      return {
        ...image,
        progress: { ...image.progress, [task]: { done, total } },
        trouble: without(image.trouble, task),
      };
    }
    case 'image-trouble':
      return { ...ended(image, message.task), trouble: { ...image.trouble, [message.task]: message.trouble } };
    case 'mask':
    case 'ahead':
    case 'changed-run':
    case 'prompt-curve':
    case 'significant-heads':
    case 'off-object':
      return message.image === image.card?.id ? afterNews(image, message) : image;
    default:
      return message.figures.image === image.card?.id ? afterFigures(image, message) : image;
  }
}

function afterState(image: ImageFigures, state: ImageState): ImageFigures {
  if (state.kind === 'working') return { ...image, state };
  if (state.kind !== 'ready') return { ...NO_IMAGE, state };
  if (state.card.id === image.card?.id) return { ...image, state, card: state.card };
  return { ...NO_IMAGE, state, card: state.card };
}

type News = Extract<
  ImageToPanel,
  { type: 'mask' | 'ahead' | 'changed-run' | 'prompt-curve' | 'significant-heads' | 'off-object' }
>;

function afterNews(image: ImageFigures, message: News): ImageFigures {
  switch (message.type) {
    case 'mask':
      return {
        ...ended(ended(image, 'mask'), 'preference'),
        mask: message.mask,
        preference: {},
        changedPreference: {},
      };
    case 'changed-run': {
      const changed = { ...ended(image, 'change'), changed: message.run };
      // The same run is told again as its layers come.
      return message.run?.id === image.changed?.id
        ? changed
        : {
            ...changed,
            changedAttention: new Map(),
            changedPreference: {},
            promptCurve: message.run?.change.kind === 'prompt' ? image.promptCurve : [],
          };
    }
    case 'prompt-curve':
      return { ...image, promptCurve: message.points };
    case 'ahead': {
      const { heads, rows } = message;
      return { ...image, heads: heads.reduce(withHead, image.heads), attention: rows.reduce(withRow, image.attention) };
    }
    case 'off-object': {
      const { found } = message;
      const over = { ...image, offObject: found, progress: without(image.progress, 'off-object') };
      // What went wrong stands until something is tried again.
      const isNew = found?.working !== null;
      return isNew ? { ...over, trouble: without(image.trouble, 'off-object') } : over;
    }
    case 'significant-heads':
      return { ...ended(image, 'keypoints'), significant: message.heads };
  }
}

type Figures = Extract<ImageToPanel, { figures: unknown }>;

function afterFigures(image: ImageFigures, message: Figures): ImageFigures {
  switch (message.type) {
    case 'head-on-image': {
      return { ...ended(image, 'head'), heads: withHead(image.heads, message.figures) };
    }
    case 'attention-rows': {
      return { ...ended(image, 'attention'), attention: withRow(image.attention, message.figures) };
    }
    case 'rollout':
      return { ...ended(image, 'rollout'), rollout: message.figures };
    case 'preference': {
      const { keys, layer } = message.figures;
      const layers = withLayer(image.preference[keys] ?? [], layer, message.figures);
      return {
        ...image,
        preference: { ...image.preference, [keys]: layers },
        trouble: without(image.trouble, 'preference'),
      };
    }
    case 'changed-attention': {
      const { figures } = message;
      if (figures.run !== image.changed?.id) return image;
      const key = rowKey(figures.layer, figures.token);
      const rows = remembered(image.changedAttention, key, figures, (one) => one.rows.length, MOST_NUMBERS);
      return { ...image, changedAttention: rows };
    }
    case 'changed-preference': {
      const { keys, layer } = message.figures;
      if (message.run !== image.changed?.id) return image;
      const layers = withLayer(image.changedPreference[keys] ?? [], layer, message.figures);
      return { ...image, changedPreference: { ...image.changedPreference, [keys]: layers } };
    }
    case 'keypoints':
      return { ...ended(image, 'keypoints'), keypoints: message.figures, interrelation: [], significant: null };
    case 'interrelation': {
      const interrelation = withLayer(image.interrelation, message.figures.layer, message.figures);
      return { ...image, interrelation };
    }
  }
}

function withHead(heads: ImageFigures['heads'], figures: HeadOnImage): ImageFigures['heads'] {
  const key = headKey(figures.basis, figures.layer, figures.head);
  return remembered(heads, key, figures, ({ queryMaps }) => queryMaps.length * 2, MOST_NUMBERS);
}

function withRow(attention: ImageFigures['attention'], figures: AttentionRows): ImageFigures['attention'] {
  const key = rowKey(figures.layer, figures.token);
  return remembered(attention, key, figures, ({ rows }) => rows.length, MOST_NUMBERS);
}

function withLayer<Layer>(layers: readonly (Layer | null)[], index: number, layer: Layer): readonly (Layer | null)[] {
  if (!Number.isInteger(index) || index < 0 || index >= MAX_LAYERS) return layers;
  const next = [...layers];
  while (next.length <= index) next.push(null);
  next[index] = layer;
  return next;
}

/** Work that is over: neither its progress nor an older trouble stands any more. */
function ended(image: ImageFigures, task: ImageTask): ImageFigures {
  return { ...image, progress: without(image.progress, task), trouble: without(image.trouble, task) };
}

function without<Value>(
  map: Readonly<Partial<Record<ImageTask, Value>>>,
  task: ImageTask,
): Readonly<Partial<Record<ImageTask, Value>>> {
  if (map[task] === undefined) return map;
  return Object.fromEntries(Object.entries(map).filter(([other]) => other !== task));
}
