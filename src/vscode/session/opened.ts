import { l10n } from 'vscode';
import type { Basis } from '../../core/analysis/figures.js';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import { CheckpointError } from '../../core/errors.js';
import type { Model, RecognitionOptions } from '../../core/model/model.js';
import type { Engine, InspectRequest, Inspection } from '../../host/engine/contract.js';
import type { FileCard, Focus } from '../../protocol/panel.js';
import type { ChoiceMemory, Choices } from './choices.js';
import { cardUnderChoices } from './card-under-choices.js';

/** A checkpoint as it was read and recognised under the person's choices. */
export interface Opened {
  readonly inspection: Inspection;
  /** The same without the person's choices; what may be taken back is told from it. */
  readonly asFound: Inspection;
  /** Hash of the header of the file itself, under which its choices are kept: an adapter may be shown over a base. */
  readonly headerHash: string;
  readonly choices: Choices;
  readonly card: FileCard;
}

/** Where to read a checkpoint and how to show it. */
export interface OpenRequest {
  readonly path: string;
  readonly fileName: string;
  readonly partial: boolean;
  readonly engine: Pick<Engine, 'inspect'>;
  readonly memory: ChoiceMemory;
}

/**
 * Reads a checkpoint and applies what the person said about it earlier.
 * @throws CheckpointError; `AbortError` when the signal fires.
 */
export async function readCheckpoint(request: OpenRequest, signal: AbortSignal): Promise<Opened> {
  const { path, fileName, partial, engine, memory } = request;
  const itself = await engine.inspect({ path, options: {}, partial }, signal);
  const { headerHash } = itself.source.identity;
  const remembered = memory.get(path, headerHash);
  const { asFound, wanted } = await overBase(itself, remembered, request, signal);
  const options = recognitionOptions(remembered);
  if (options === null) return opened(fileName, asFound, asFound, remembered, headerHash);
  try {
    const inspection = await engine.inspect({ ...wanted, options }, signal);
    return opened(fileName, inspection, asFound, remembered, headerHash);
  } catch (error) {
    if (!(error instanceof CheckpointError && error.code === 'wrong-use')) throw error;
    return opened(fileName, asFound, asFound, withoutOptions(remembered), headerHash);
  }
}

/** An adapter over the base that was chosen for it; the file itself where it needs none, or where that base will not do. */
async function overBase(
  itself: Inspection,
  { base }: Choices,
  { path, partial, engine }: OpenRequest,
  signal: AbortSignal,
): Promise<{ asFound: Inspection; wanted: Omit<InspectRequest, 'options'> }> {
  const alone = { path, partial };
  if (itself.adapter?.applied !== false || base === undefined) return { asFound: itself, wanted: alone };
  const wanted = { path: base, partial: false, adapter: { path, alpha: null } };
  try {
    return { asFound: await engine.inspect({ ...wanted, options: {} }, signal), wanted };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const warning = {
      code: BASE_REFUSED,
      message: l10n.t('The base model chosen for it cannot be used: {0}.', error.message),
    };
    return { asFound: { ...itself, warnings: [...itself.warnings, warning] }, wanted: alone };
  }
}

/** Code of the warning on a base model that was chosen and will not do. */
export const BASE_REFUSED = 'base-refused';

/** What is left of the choices when the file cannot be recognised under them any more. */
function withoutOptions({ model, basis, kept, image, base }: Choices): Choices {
  return {
    ...(base !== undefined && { base }),
    ...(model !== undefined && { model }),
    ...(basis && { basis }),
    ...(kept && { kept }),
    ...(image !== undefined && { image }),
  };
}

function opened(
  fileName: string,
  inspection: Inspection,
  asFound: Inspection,
  choices: Choices,
  headerHash: string,
): Opened {
  return { inspection, asFound, headerHash, choices, card: cardUnderChoices(fileName, inspection, choices, asFound) };
}

/** The same checkpoint under other choices that do not change what is recognised. */
export function withChoices({ card, inspection, asFound, headerHash }: Opened, choices: Choices): Opened {
  return opened(card.fileName, inspection, asFound, choices, headerHash);
}

function recognitionOptions({ heads, named }: Choices): RecognitionOptions | null {
  if (heads === undefined && named === undefined) return null;
  return { ...(heads !== undefined && { heads }), ...(named !== undefined && { named }) };
}

/** The model of a name, if the checkpoint has it. */
export function findModel({ inspection }: Opened, name: string): Model | undefined {
  return inspection.recognition.models.find((model) => model.name === name);
}

/** What a new panel shows first; null when no model is the obvious one. */
export function firstFocus(opened: Opened, defaultBasis: Basis): Focus | null {
  const { recognition } = opened.inspection;
  const names = [opened.choices.model, recognition.defaults[0], recognition.models[0]?.name];
  const obvious = recognition.models.length === 1 ? names : names.slice(0, 2);
  for (const name of obvious) {
    const model = name === undefined ? undefined : findModel(opened, name);
    if (model !== undefined)
      return { model: model.name, basis: possibleBasis(model, opened.choices.basis ?? defaultBasis) };
  }
  return null;
}

/** True when figures, selection and choices of one state of a file make sense for the other. */
export function sameShape(one: Inspection, other: Inspection): boolean {
  return shapeText(one) === shapeText(other);
}

const shapeText = ({ recognition }: Inspection): string =>
  JSON.stringify(
    recognition.models.map(({ name, layers }) => [
      name,
      layers.map(({ heads, headSize, width }) => [heads, headSize, width]),
    ]),
  );

/** True when both were read from the same state of the file. */
export function sameIdentity(one: Inspection, other: Inspection): boolean {
  const [a, b] = [one.source.identity, other.source.identity];
  return a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs && a.headerHash === b.headerHash;
}

/** Layers that a file that is cut short still holds whole; 0 for any other failure. */
export async function layersBeforeBreak(
  error: unknown,
  { path, engine }: Pick<OpenRequest, 'path' | 'engine'>,
  signal: AbortSignal,
): Promise<number> {
  if (!(error instanceof CheckpointError) || error.remains === null) return 0;
  try {
    const { recognition } = await engine.inspect({ path, options: {}, partial: true }, signal);
    return Math.max(0, ...recognition.models.map(({ layers }) => layers.length));
  } catch {
    return 0; // nothing of it can be shown, which the page then does not offer
  }
}
