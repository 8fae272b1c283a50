import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import type { Warning } from '../errors.js';
import type { TensorEntry } from '../tensors/tensor-index.js';
import { architectureAssumption } from './architecture-name.js';
import { sectionsFor } from './config.js';
import { findGeometry, NO_GEOMETRY } from './geometry.js';
import { claimsOfConfig, claimsOfSettings, depthOfConfig } from './head-claims.js';
import { proveHeads } from './head-proofs.js';
import { usualHeadsOf } from './heads-by-names.js';
import { decideHeads, type HeadCount } from './heads.js';
import type { FamilyTower } from './families/family.js';
import type { Assumption, LayerSpec, Model, RecognitionOptions } from './model.js';
import { GENERIC } from './generic/generic-stack.js';
import { missingLayers } from './missing-layers.js';
import { settleNorms } from './settle-norms.js';
import type { Placement } from './placement.js';
import { type Grouping, type Misfit, readLayer, type ShapedLayer } from './read-layer.js';
import { type FileFacts, type Stack, viewStack } from './stack.js';
import type { TensorNames } from './tensor-names.js';
import { sentencesAndMore } from '../text/lists.js';

/** A stack on its way to a model, with what has to be said about it. */
export interface Assembled {
  /** Null when none of its layers can be used. */
  readonly model: Omit<Model, 'name' | 'wrapper' | 'prefix' | 'remark'> | null;
  readonly warnings: readonly Warning[];
  /** Why the number of heads that a person gave was not taken. */
  readonly refused: string | null;
}

/** What a person says over a stack. */
export type StackOptions = Pick<RecognitionOptions, 'heads' | 'patch' | 'imageSize'>;

/** Layers that cannot be used are named one by one up to this number. */
const MAX_NAMED = 5;

/** Reads the layers of a stack and decides what the file leaves open. @throws CheckpointError `wrong-use`. */
export function assembleModel(
  names: TensorNames,
  facts: FileFacts,
  stack: Stack,
  placement: Placement,
  options: StackOptions,
): Assembled {
  const { tower, layout, root } = stack;
  const readings = stack.layers.map((numbers) => ({
    numbers,
    reading: readLayer(names, root, layout, numbers, groupingOf(facts, stack)),
  }));
  const usable = readings.flatMap(({ numbers, reading }) =>
    'problem' in reading ? [] : [{ numbers, layer: reading }],
  );
  const misfits = readings.flatMap(({ reading }) => ('problem' in reading ? [reading] : []));
  const { layers, assumptions: normAssumptions } = settleNorms(
    usable.map(({ layer }) => layer),
    stack,
    facts,
  );
  const [first] = layers;
  if (first === undefined) return { model: null, warnings: misfitWarnings(misfits, false), refused: null };

  const widths = [first.width, layers.at(-1)?.width ?? first.width];
  const config = claimsOfConfig(facts.config, tower.tower, widths);
  const settings = claimsOfSettings(facts.settings, tower.tower, widths);
  const stages = stagesOf(
    usable.map(({ numbers }) => numbers),
    layers,
  );
  const heads = decideHeads({
    layers,
    stages,
    proofs: proveHeads(names, root, layout, layers),
    byNames: usualHeadsOf(names, stack, layers),
    option: options.heads ?? null,
    claims: [...config.claims, ...settings.claims],
    conflict: config.conflict,
    hasConfig: facts.config !== null,
    otherWidth: settings.otherWidth,
    vision: tower.tower === 'vision' || tower.tower === 'encoder',
    usualHeads: tower.usualHeads ?? null,
    usualHeadSize: tower.usualHeadSize ?? null,
  });
  const view = viewStack(names, facts, stack);
  const find = (name: string): TensorEntry | null => names.get(`${root}${name}`) ?? names.get(`${first.path}.${name}`);
  const geometry =
    tower.embedding === null
      ? NO_GEOMETRY
      : findGeometry(tower.embedding, {
          find,
          width: first.width,
          config: config.conflict === null ? sectionsFor(facts.config, tower.tower) : [],
          settings: facts.settings,
          patch: options.patch ?? null,
          imageSize: options.imageSize ?? null,
          toldSize: (patch) => tower.pictures?.(view, patch) ?? null,
          file: facts.file,
          knownFamily: stack.family !== GENERIC,
        });
  const title = tower.title({
    depth: layers.length,
    width: first.width,
    lastWidth: widths[1] ?? first.width,
    patch: geometry.patch,
    registers: geometry.prefixTokens.registers,
    distillation: geometry.prefixTokens.distillation,
    modelType: facts.modelType,
  });
  const position = typeof tower.position === 'string' ? tower.position : tower.position(view);
  const rotation =
    position === 'rope' && tower.rotation !== undefined
      ? tower.rotation({
          stack: view,
          config: config.conflict === null ? sectionsFor(facts.config, tower.tower) : [],
          settings: facts.plain,
          tensor: (name) => names.get(`${root}${name}`),
          headSize: heads.counts[0]?.headSize ?? 0,
          patch: geometry.patch,
          imageSize: geometry.imageSize,
        })
      : null;
  return {
    model: {
      family: stack.family,
      title,
      tower: tower.tower,
      layers: layers.map((layer, index) => specOf(layer, heads.counts[index], index, stack, facts)),
      patch: geometry.patch,
      imageSize: geometry.imageSize,
      prefixTokens: geometry.prefixTokens,
      position,
      ...(rotation === null ? {} : { rotation }),
      causal: tower.causal === true,
      ...(tower.windowed === true ? { windowed: true } : {}),
      ...statedOf(facts, tower),
      assumptions: [
        ...(heads.assumption === null ? [] : [heads.assumption]),
        ...stack.assumptions,
        ...architectureAssumption(facts.architecture),
        ...(tower.assumes?.(view) ?? []).map((text) => assumed(text)),
        ...normAssumptions,
        ...geometry.assumptions,
      ],
      tensorCount: placement.tensors.length,
      parameterCount: placement.parameterCount,
      dtype: first.query.weight.tensor.dtype,
      confirmedBy: [...new Set([...heads.confirmedBy, ...geometry.confirmedBy])],
      unmatched: placement.unmatched,
    },
    warnings: [
      ...misfitWarnings(misfits, true),
      ...missingLayers(
        stack,
        usable.map(({ numbers }) => numbers),
      ),
      ...heads.warnings,
      ...geometry.warnings,
      ...depthWarnings(facts, stack, widths, layers.length),
    ],
    refused: heads.refused,
  };
}

/** What the file says of how the model is run, the name of its architecture included where it does not stand in config.json. */
function statedOf({ architecture, plain }: FileFacts, tower: FamilyTower): Pick<Model, 'stated'> {
  const named = architecture === null || architecture.from === 'config' ? {} : { architecture: architecture.name };
  const all = { ...named, ...tower.stated?.(plain) };
  return Object.keys(all).length === 0 ? {} : { stated: all };
}

function assumed(text: string): Assumption {
  return { code: 'other', text, choices: [], value: null };
}

/** Stage of each layer, counted from 0: by the number in front of that of the layer, else by how wide the queries are. */
function stagesOf(numbers: readonly (readonly number[])[], layers: readonly ShapedLayer[]): number[] {
  const places = new Map<number, number>();
  return numbers.map((each, index) => {
    const stage = each.length > 1 ? (each[0] ?? 0) : (layers[index]?.query.weight.rows ?? 0);
    const place = places.get(stage) ?? places.size;
    places.set(stage, place);
    return place;
  });
}

function specOf(
  layer: ShapedLayer,
  count: HeadCount | undefined,
  index: number,
  { tower }: Stack,
  { config }: FileFacts,
): LayerSpec {
  const { heads, keyValueHeads, headSize } = count ?? { heads: 1, keyValueHeads: 1, headSize: layer.query.weight.rows };
  return {
    index,
    path: layer.path,
    heads,
    keyValueHeads,
    headSize,
    width: layer.width,
    query: layer.query,
    key: layer.key,
    value: layer.value,
    norm: layer.norm,
    qkNorm: layer.qkNorm || tower.cosine === true,
    scale: tower.scale?.(headSize, index, config) ?? headSize ** -0.5,
  };
}

/** Heads that share keys, as config.json says; a fused weight cannot be parted without. */
function groupingOf({ config }: FileFacts, { tower }: Stack): Grouping | null {
  for (const section of sectionsFor(config, tower.tower)) {
    const heads = section.count(['num_attention_heads', 'n_head', 'n_heads'])?.value;
    const keyValueHeads = section.count(['num_key_value_heads', 'num_kv_heads', 'n_kv_heads'])?.value;
    if (heads !== undefined && keyValueHeads !== undefined) return { heads, keyValueHeads };
  }
  return null;
}

function misfitWarnings(misfits: readonly Misfit[], someFit: boolean): Warning[] {
  if (misfits.length === 0) return [];
  const shown = misfits.slice(0, MAX_NAMED).map(({ path, problem }) => `${quoteName(path)}: ${problem}`);
  const list = sentencesAndMore(shown, misfits.length - MAX_NAMED);
  const message = someFit ? l10n.t('Left out: {0}.', list) : l10n.t('Not analysed: {0}.', list);
  return [{ code: 'unusable-layer', message }];
}

function depthWarnings(facts: FileFacts, { tower }: Stack, widths: readonly number[], depth: number): Warning[] {
  const said = depthOfConfig(facts.config, tower.tower, widths);
  if (said === null || said.value === depth) return [];
  const message = l10n.t(
    'config.json says {0} {1}, but the file holds {2} layers: these are used.',
    said.key,
    said.value,
    depth,
  );
  return [{ code: 'config-contradiction', message }];
}
