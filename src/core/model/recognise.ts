import * as l10n from '@vscode/l10n';
import { CheckpointError, type Warning } from '../errors.js';
import type { TensorIndex } from '../tensors/tensor-index.js';
import { findArchitecture } from './architecture-name.js';
import { assembleModel, type StackOptions } from './assemble.js';
import { viewConfig } from './config.js';
import { findFamilyStacks } from './family-stacks.js';
import { looksLikeProjection } from './generic/modules.js';
import { findNamedStack } from './generic/named.js';
import { findGenericStacks } from './generic/stacks.js';
import { looksLike } from './looks-like.js';
import type { Model, Recognition, RecognitionOptions } from './model.js';
import { MAX_NAME_LENGTH } from './names.js';
import { chooseDefaults, type FoundStack, nameModels } from './naming.js';
import { graphWarnings, recogniseGraph } from './onnx/recognise-graph.js';
import { type Placement, placeTensors } from './placement.js';
import { peel, type OtherPart, type Scope } from './scopes.js';
import { settingsSections } from './settings.js';
import type { FileFacts, Stack } from './stack.js';
import { type NamedTensor, nameTensors, TensorNames } from './tensor-names.js';

/** More models than any file holds; what comes after is left out with a warning. */
const MAX_MODELS = 32;

/** Parts without a model are listed one by one up to this number. */
const MAX_OTHERS = 50;

/** A stack with its part of the file. */
interface PlacedStack extends FoundStack {
  readonly names: TensorNames;
  readonly placement: Placement;
}

/** What a search for stacks gives. */
interface Search {
  readonly found: readonly PlacedStack[];
  readonly others: readonly OtherPart[];
  readonly warnings: readonly Warning[];
}

/**
 * Tells which tensors of a checkpoint form which heads of which models, and what had to be assumed.
 * @param config parsed config.json, unchecked, or null when there is none.
 * @throws CheckpointError `wrong-use` when what a person says contradicts the file.
 */
export function recognise(index: TensorIndex, config: unknown, options: RecognitionOptions): Recognition {
  if (index.graph === undefined || options.named !== undefined) return recogniseNames(index, config, options);
  const found = recogniseGraph(index, options, (tensors) => recogniseNames({ ...index, tensors }, config, {}).models);
  if (found !== null) return found;
  const named = recogniseNames(index, config, options);
  return { ...named, warnings: [...graphWarnings(index), ...named.warnings] };
}

/** The same from the names and shapes of tensors alone. */
function recogniseNames(index: TensorIndex, config: unknown, options: RecognitionOptions): Recognition {
  const view = viewConfig(config);
  const file = index.files[0] ?? l10n.t('the checkpoint');
  const facts: FileFacts = {
    file,
    format: index.format,
    config: view,
    modelType: view?.text('model_type')?.toLowerCase() ?? '',
    architecture: findArchitecture(file, view, index.settings),
    settings: settingsSections(index.settings),
    plain: index.settings,
  };
  const { named, tooLong } = nameTensors(index.tensors);
  const search = options.named === undefined ? searchAll(named, facts) : searchNamed(named, facts, options.named);
  const found = search.found.slice(0, MAX_MODELS);
  const names = nameModels(found, facts);
  const models: Model[] = [];
  const warnings: Warning[] = [...limitWarnings(tooLong, search.found.length), ...search.warnings];
  const refusals: { name: string; reason: string }[] = [];
  for (const [position, each] of found.entries()) {
    const called = names[position];
    if (called === undefined) continue;
    const said = options.model === undefined || options.model === called.name ? stackOptions(options) : {};
    const { model, refused, ...told } = assembleModel(each.names, facts, each.stack, each.placement, said);
    warnings.push(...(found.length > 1 ? told.warnings.map((warning) => about(called.name, warning)) : told.warnings));
    if (refused !== null) refusals.push({ name: called.name, reason: refused });
    if (model !== null) models.push({ ...called, ...model });
  }
  warnings.push(...headRefusals(facts, models, options, refusals));
  const kept = new Set(models.map(({ name }) => name));
  return {
    models,
    defaults: chooseDefaults(found, names).filter((name) => kept.has(name)),
    others: fewOthers(search.others),
    looksLike: models.length === 0 ? looksLike(index.tensors) : null,
    warnings,
  };
}

/** Looks for stacks in every part of the file that may hold a model. */
function searchAll(tensors: readonly NamedTensor[], facts: FileFacts): Search {
  const { scopes, others } = peel(tensors, looksLikeProjection);
  const parts = scopes.map((scope) => ({ scope, ...searchScope(scope, facts) }));
  const empty = parts.filter(({ found }) => found.length === 0 && scopes.length > 1);
  return {
    found: parts.flatMap(({ found }) => found),
    others: [
      ...others,
      ...empty.map(({ scope }) => ({ name: scope.prefix.replace(/\.$/, ''), tensorCount: scope.tensors.length })),
    ],
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

function searchScope(scope: Scope, facts: FileFacts): { found: PlacedStack[]; warnings: Warning[] } {
  const names = new TensorNames(scope.tensors);
  const families = findFamilyStacks(names, facts).slice(0, MAX_MODELS + 1);
  const unknown = new Set(placeTensors(families, scope.tensors).flatMap(({ unmatched }) => unmatched));
  // What a family knows is not searched again: a pooling head is no stack.
  const among = families.length === 0 ? scope.tensors : scope.tensors.filter(({ name }) => unknown.has(name));
  const generic = findGenericStacks(names, facts, among, families.length > 0, MAX_MODELS + 1 - families.length);
  const stacks = [...families, ...generic.stacks];
  const placements = placeTensors(stacks, scope.tensors);
  const found = stacks.flatMap((stack, position) => {
    const placement = placements[position];
    return placement === undefined ? [] : [{ scope, stack, names, placement }];
  });
  return { found, warnings: generic.warnings };
}

/** The one stack whose names a person gave. */
function searchNamed(
  tensors: readonly NamedTensor[],
  facts: FileFacts,
  patterns: NonNullable<RecognitionOptions['named']>,
): Search {
  const names = new TensorNames(tensors);
  const stack: Stack = findNamedStack(names, facts, patterns);
  const scope: Scope = { prefix: '', copy: null, tensors };
  const [placement] = placeTensors([stack], tensors);
  return { found: placement === undefined ? [] : [{ scope, stack, names, placement }], others: [], warnings: [] };
}

/** The parts that hold no model; the last stands for the rest where there are very many. */
function fewOthers(others: readonly OtherPart[]): readonly OtherPart[] {
  if (others.length <= MAX_OTHERS) return others;
  const rest = others.slice(MAX_OTHERS - 1);
  const tensorCount = rest.reduce((sum, part) => sum + part.tensorCount, 0);
  return [...others.slice(0, MAX_OTHERS - 1), { name: l10n.t('{0} more', rest.length), tensorCount }];
}

/** A warning that says which of several models it is about. */
function about(model: string, { code, message }: Warning): Warning {
  return { code, message: `${model}: ${message}` };
}

function stackOptions({ heads, patch, imageSize }: RecognitionOptions): StackOptions {
  return {
    ...(heads === undefined ? {} : { heads }),
    ...(patch === undefined ? {} : { patch }),
    ...(imageSize === undefined ? {} : { imageSize }),
  };
}

/** A head count that fits some models is only told for the others; one that fits none is a mistake. */
function headRefusals(
  facts: FileFacts,
  models: readonly Model[],
  { heads, model }: RecognitionOptions,
  refusals: readonly { name: string; reason: string }[],
): Warning[] {
  if (heads === undefined) return [];
  const meant = models.filter(({ name }) => model === undefined || name === model);
  const [first] = refusals;
  if (first !== undefined && refusals.length >= meant.length) {
    throw new CheckpointError(
      'wrong-use',
      facts.file,
      l10n.t('{0} heads do not fit: {1}', heads, first.reason),
      l10n.t('give another number of heads, or none'),
    );
  }
  return refusals.map(({ name, reason }) => ({
    code: 'heads-refused',
    message: l10n.t('{0} heads do not fit the model {1}: {2}. It keeps its own.', heads, name, reason),
  }));
}

function limitWarnings(tooLong: number, stacks: number): Warning[] {
  const warnings: Warning[] = [];
  if (tooLong > 0) {
    const message = l10n.t(
      '{0} tensors have names of more than {1} characters or levels beyond counting, and were left out.',
      tooLong,
      MAX_NAME_LENGTH,
    );
    warnings.push({ code: 'long-names', message });
  }
  if (stacks > MAX_MODELS) {
    warnings.push({
      code: 'many-models',
      message: l10n.t('Only the first {0} stacks of attention layers are shown.', MAX_MODELS),
    });
  }
  return warnings;
}
