import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { AdapterFacts } from '../tensors/tensor-index.js';

function range([least, most]: readonly [number, number]): string {
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return least === most ? short(least) : l10n.t('{0} to {1}', short(least), short(most));
}

/** Rank, scale and targets in a few words. */
function details({ rank, scale, matrices, targets, magnitudes, replaced }: AdapterFacts): string {
  return [
    l10n.t('rank {0}', range(rank)),
    l10n.t('scale {0}', range(scale)),
    `${matrices} ${matrices === 1 ? 'matrix' : 'matrices'}: ${targets.map(quoteName).join(', ')}`,
    ...(magnitudes ? [l10n.t('with magnitudes (DoRA)')] : []),
    ...(replaced > 0
      ? [replaced === 1 ? l10n.t('{0} whole tensor', replaced) : l10n.t('{0} whole tensors', replaced)]
      : []),
  ].join('; ');
}

/** An adapter that is applied, as it follows `the model`. */
export function adapterWords(facts: AdapterFacts): string {
  return l10n.t('with the LoRA adapter of {0} merged in ({1})', quoteName(facts.file), details(facts));
}

/** What an adapter that lies alone is, and what helps. */
export function loneAdapterWords(facts: AdapterFacts): { readonly what: string; readonly made: string } {
  return {
    what: l10n.t('It holds a LoRA adapter and not the weights that it changes ({0}).', details(facts)),
    made:
      facts.base === null
        ? l10n.t('An adapter has no attention of its own: it is shown over the base model it was made for.')
        : l10n.t(
            'An adapter has no attention of its own: it is shown over the base model it was made for. Its configuration names {0} as the base model.',
            quoteName(facts.base),
          ),
  };
}
