import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { andOthers } from '../text/lists.js';

/** A kind of file without attention that can be used, and the names by which it is seen. */
interface Kind {
  readonly what: () => string;
  readonly is: (tensor: TensorEntry) => boolean;
  /** Share of the file's matrices that must be so. */
  readonly leastShare?: number;
}

/** Kinds in order: what is more particular comes first. */
const KINDS: readonly Kind[] = [
  {
    what: () => l10n.t('a low-rank adapter (LoRA), which holds changes to a model and not the model'),
    is: named(['lora_', '.lokr_']),
  },
  {
    what: () => l10n.t('a transformer with packed, quantised weights'),
    is: named(['.qweight', '.qzeros', '.weight_packed', '.weight.absmax', '.weight.quant_state', '.SCB']),
  },
  { what: () => l10n.t('a state-space model'), is: named(['.A_log', '.ssm_']) },
  {
    what: () => l10n.t('a model with attention of a kind that is not read'),
    is: ({ name, shape }) => shape.length > 1 && /qkv|quer(?:y|ies)|\.q\.(?:conv|linear)\.weight$/i.test(name),
  },
  {
    what: () => l10n.t('a convolutional network'),
    is: ({ name, shape }) => shape.length === 4 && name.endsWith('weight'),
    leastShare: 0.25,
  },
  { what: () => l10n.t('a recurrent network'), is: named(['.weight_hh_l', '.weight_ih_l']) },
];

/** What a file without attention looks like, such as `a convolutional network: layer1.0.conv1.weight and 52 others`; null if like nothing. */
export function looksLike(tensors: readonly TensorEntry[]): string | null {
  const matrices = tensors.filter(({ shape }) => shape.length > 1).length;
  for (const { what, is, leastShare = 0 } of KINDS) {
    const found = tensors.filter(is);
    if (found.length < matrices * leastShare) continue;
    const example = found.find(({ name }) => /\.\d/.test(name)) ?? found[0];
    if (example === undefined) continue;
    const others = found.length - 1;
    return `${what()}: ${andOthers(quoteName(example.name), others)}`;
  }
  return null;
}

function named(parts: readonly string[]): (tensor: TensorEntry) => boolean {
  return ({ name }) => parts.some((part) => name.includes(part));
}
