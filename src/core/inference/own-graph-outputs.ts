import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { Assumption } from '../model/model.js';
import type { GraphPort } from '../onnx/graph.js';
import { isFloat } from '../tensors/dtype.js';
import type { OutputName } from './outputs.js';

/** An output of somebody's graph and what it is to us. */
export interface KnownOutput {
  readonly name: OutputName;
  readonly value: string;
}

/** What an output is, and whether its name says so. */
interface Meaning {
  readonly name: OutputName;
  readonly isSaid: boolean;
}

const WORDS: Readonly<Record<OutputName, () => string>> = {
  tokens: () => l10n.t('final tokens'),
  pooled: () => l10n.t('pooled vector'),
  embedding: () => l10n.t('vector'),
  logits: () => l10n.t('logits of classes'),
};

/** Tells the outputs of a graph apart by their names and sizes; the first of a kind counts. */
export function knownOutputs(
  ports: readonly GraphPort[],
  width: number,
): { readonly outputs: readonly KnownOutput[]; readonly assumptions: readonly Assumption[] } {
  const floats = ports.filter(({ dtype }) => dtype !== null && isFloat(dtype));
  const found = new Map<OutputName, { readonly value: string; readonly isSaid: boolean }>();
  for (const port of floats) {
    const meaning = meaningOf(port, width);
    if (meaning !== null && !found.has(meaning.name)) found.set(meaning.name, { ...meaning, value: port.name });
  }
  const [other] = floats;
  if (found.size === 0 && other !== undefined) found.set('embedding', { value: other.name, isSaid: false });
  return {
    outputs: [...found].map(([name, { value }]) => ({ name, value })),
    assumptions: [...found].flatMap(([name, { value, isSaid }]) => {
      const text = l10n.t('The output {0} of the graph is taken for its {1}.', quoteName(value), WORDS[name]());
      return isSaid ? [] : [{ code: 'other' as const, text, choices: [], value: null }];
    }),
  };
}

function meaningOf({ name, shape }: GraphPort, width: number): Meaning | null {
  const size = shape?.at(-1) ?? null;
  if (shape?.length === 3) {
    return size === null || size === width ? { name: 'tokens', isSaid: /hidden|token/iu.test(name) } : null;
  }
  if (shape?.length !== 2) return null;
  if (/logit|class|score|prob/iu.test(name)) return { name: 'logits', isSaid: true };
  if (/pool/iu.test(name)) return { name: 'pooled', isSaid: true };
  if (/embed|feature/iu.test(name)) return { name: size === width ? 'pooled' : 'embedding', isSaid: true };
  return { name: size === width ? 'pooled' : 'logits', isSaid: false };
}
