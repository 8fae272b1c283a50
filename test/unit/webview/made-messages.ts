import type { FileCard, Focus, ModelCard, ToPanel } from '../../../src/protocol/panel.js';
import type { LayerFigures } from '../../../src/core/analysis/figures.js';
import { reduce, type PanelState } from '../../../webview/state/panel-state.js';
import { initialState } from '../../../webview/state/saved.js';

export const FOLDED: Focus = { model: 'vision', basis: 'folded' };
export const RAW: Focus = { model: 'vision', basis: 'raw' };

/** A model as the host tells it. */
export function madeCard(name = 'vision', changes: Partial<ModelCard> = {}): ModelCard {
  return {
    name,
    title: 'ViT-S/14',
    remark: '',
    family: 'hf-dinov2',
    depth: 2,
    heads: [2, 2],
    width: 384,
    headSize: 64,
    dtypeLabel: 'float16',
    parameterCount: 22_056_576,
    tensorCount: 223,
    confirmedBy: ['config.json'],
    assumptions: [],
    hasNorm: true,
    notes: [],
    ...changes,
  };
}

/** A file as the host tells it. */
export function madeFile(models: readonly ModelCard[] = [madeCard()]): FileCard {
  return { fileName: 'model.safetensors', format: 'safetensors', sizeBytes: 1, models, others: [], warnings: [] };
}

/** The file message. */
export function fileMessage(focus: Focus = FOLDED, file: FileCard = madeFile()): ToPanel {
  return { type: 'file', protocol: 1, file, focus };
}

/** All messages of a run, from its start to its end. */
export function runMessages(layers: readonly LayerFigures[], focus: Focus = FOLDED): ToPanel[] {
  return [
    { type: 'start', focus, depth: layers.length },
    ...layers.map((layer): ToPanel => ({ type: 'layer', focus, layer })),
    {
      type: 'done',
      focus,
      bands: { mode: 0.1, headMean: 0.01, layerMean: 0.01 },
      verdict: [{ text: 'All is well.' }],
      warnings: [],
    },
  ];
}

/** The panel after messages. */
export function after(messages: readonly ToPanel[], state: PanelState = initialState(null)): PanelState {
  return reduce(state, { type: 'messages', messages });
}
