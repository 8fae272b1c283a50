import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { Warning } from '../errors.js';
import type { AdapterFacts } from '../tensors/tensor-index.js';
import { adapterWords, loneAdapterWords } from './adapter-words.js';
import type { Stated } from './low-rank.js';

/** Names in a message. */
const MAX_LISTED = 12;

/** What helps with an adapter that is not read. */
export const convertAdvice = (): string =>
  l10n.t(
    'convert it to the form of PEFT (adapter_config.json and adapter_model.safetensors), or merge it and save the whole model',
  );

/** An adapter beside the weights of its model, in a form that is not read. @param kind what it is called. */
export function notRead(kind: string): Warning {
  const message = l10n.t(
    'The file holds {0}, which is not read; what is shown leaves it out. To see it: {1}.',
    kind,
    convertAdvice(),
  );
  return { code: 'adapter-not-read', message };
}

/** An adapter without the weights that it changes. */
export function aloneWarning(facts: AdapterFacts): Warning {
  const { what, made } = loneAdapterWords(facts);
  return { code: 'adapter-alone', message: `${what} ${made}` };
}

/** Adapters in the same file that are left out, by their names. */
export function leftOutWarnings(names: readonly string[]): Warning[] {
  if (names.length === 0) return [];
  const list = names.slice(0, MAX_LISTED).map(quoteName).join(', ');
  return [
    { code: 'adapter-left-out', message: l10n.t('The file holds further adapters, which are left out: {0}.', list) },
  ];
}

/** loralib merges its change into the weights themselves in evaluation mode, and nothing in a file says whether it did. */
export function mergedBefore(): Warning {
  const message = l10n.t(
    'loralib adds its change to the weights themselves in evaluation mode: if the file was saved after eval(), the change is counted twice here. Save it in training mode.',
  );
  return { code: 'adapter-merged-before', message };
}

/** What is to be known of an adapter that is applied. */
export function appliedWarnings(
  facts: AdapterFacts,
  { form, config, alpha }: Stated,
  assumedParts: boolean,
): Warning[] {
  const warnings: Warning[] = [
    { code: 'adapter', message: l10n.t('All figures are those of the model {0}.', adapterWords(facts)) },
  ];
  if (alpha === null && config.alphaOf('') === null && form !== 'kohya') {
    const message = l10n.t(
      'No adapter_config.json says lora_alpha: scale 1 was assumed for the change. Put adapter_config.json beside it, or say --adapter-alpha on the command line.',
    );
    warnings.push({ code: 'adapter-scale', message });
  }
  if (config.preparedBase !== null) {
    const message = l10n.t(
      'The adapter began from {0}, which takes a part away from the base weights: the figures hold only where the base is the one that training saved.',
      quoteName(config.preparedBase),
    );
    warnings.push({ code: 'adapter-base', message });
  }
  if (assumedParts) {
    const message = l10n.t(
      'The adapter changes two of three parts of fused weights and does not say which: query and value were assumed. If it is others, put adapter_config.json beside it that says enable_lora, such as [true, true, false].',
    );
    warnings.push({ code: 'adapter-parts', message });
  }
  return warnings;
}
