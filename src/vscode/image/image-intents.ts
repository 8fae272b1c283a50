import * as vscode from 'vscode';
import { CheckpointError } from '../../core/errors.js';
import type { ImageFromPanel, ImageSource } from '../../protocol/image.js';
import type { FromPanel } from '../../protocol/panel.js';
import type { Panel } from '../editor/panel.js';
import { troubleOf } from '../session/image-trouble.js';
import { fileProblem } from '../copies/file-problem.js';
import { manageTrust } from '../trust.js';
import { baseName } from '../uris.js';
import { askImage, askMask, sampleImage } from './ask-image.js';
import { exportImage } from './export-image.js';
import { exportGuidedMasks, exportMaskOfPicture } from './guided-masks.js';
import { droppedUri, pictureAt } from './picture-at.js';
import type { RecentImages } from './recent-images.js';
import { saveMask } from './save-mask.js';
import { saveOffObject, saveTable } from './save-table.js';

/** What intents about pictures reach beyond their panel and its session. */
export interface ImageIntentParts {
  readonly extension: vscode.Uri;
  /** Of the extension. */
  readonly version: string;
  readonly recent: RecentImages;
}

const TYPES: Readonly<Record<ImageFromPanel['type'], true>> = {
  'pick-image': true,
  'use-sample-image': true,
  'drop-image': true,
  'drop-image-uri': true,
  'close-image': true,
  'retry-image': true,
  'cancel-image': true,
  'manage-trust': true,
  preprocess: true,
  'want-head': true,
  'want-attention': true,
  look: true,
  tab: true,
  'want-rollout': true,
  'pick-mask': true,
  'paint-mask': true,
  'clear-mask': true,
  'want-preference': true,
  change: true,
  'undo-change': true,
  'want-changed-attention': true,
  'want-changed-preference': true,
  'want-keypoints': true,
  'want-off-object': true,
  'check-off-object': true,
  'stop-off-object': true,
  'save-off-object': true,
  'save-table': true,
  'export-masks': true,
  'export-image': true,
};

/** True for an intent about the picture. */
export function isImageIntent(message: FromPanel): message is ImageFromPanel {
  return Object.hasOwn(TYPES, message.type);
}

/** Does what a panel's message about the picture asks for. */
export async function carryOutImageIntent(
  message: ImageFromPanel,
  panel: Panel,
  parts: ImageIntentParts,
): Promise<void> {
  const { image } = panel.session;
  switch (message.type) {
    case 'pick-image':
      await chooseImage(panel, parts);
      break;
    case 'use-sample-image':
      await openImage(panel, { kind: 'file', path: sampleImage(parts.extension) }, parts);
      break;
    case 'drop-image':
      await openImage(panel, { kind: 'bytes', name: message.name, bytes: message.bytes }, parts);
      break;
    case 'drop-image-uri':
      await openAt(panel, droppedUri(message.uri), parts);
      break;
    case 'close-image':
      await image.close();
      break;
    case 'retry-image':
      await image.retry();
      break;
    case 'cancel-image':
      image.cancel();
      break;
    case 'manage-trust':
      await manageTrust();
      break;
    case 'preprocess':
      await image.preprocess(message.change);
      break;
    case 'pick-mask':
      await chooseMask(panel);
      break;
    case 'paint-mask':
      await paintMask(panel, message, parts);
      break;
    case 'export-image':
      await exportImage(panel, message.layer, message.head, parts.extension);
      break;
    case 'save-off-object':
      await saveOffObject(panel, parts);
      break;
    case 'save-table':
      await saveTable(panel, message.table, message.text, parts);
      break;
    case 'export-masks':
      await (message.of === 'picture'
        ? exportMaskOfPicture(panel, message.wish, parts.extension)
        : exportGuidedMasks(panel, parts.version, message.wish));
      break;
    default:
      image.ask(panel, message);
  }
}

/** Asks for a picture and runs the panel's model on it; the model is loaded meanwhile. */
export async function chooseImage(panel: Panel, parts: ImageIntentParts): Promise<void> {
  panel.session.image.warm(panel);
  await openAt(panel, await askImage(parts.extension, parts.recent), parts);
}

/** Runs the panel's model on a picture, which is offered first the next time. */
export async function openImage(panel: Panel, source: ImageSource, { recent }: ImageIntentParts): Promise<void> {
  const { image } = panel.session;
  await image.open(panel, source);
  if (source.kind === 'file' && image.state.kind === 'ready') await recent.add(source.path);
}

async function openAt(panel: Panel, uri: vscode.Uri | null | undefined, parts: ImageIntentParts): Promise<void> {
  if (uri === null || uri === undefined) return;
  let source: ImageSource;
  try {
    source = await pictureAt(uri);
  } catch (error) {
    panel.session.image.refuse(baseName(uri), troubleOf(fileProblem(error, baseName(uri))));
    return;
  }
  await openImage(panel, source, parts);
}

async function chooseMask(panel: Panel): Promise<void> {
  const { figures, source } = panel.session.image;
  if (figures === null) return;
  const uri = await askMask(source?.kind === 'file' ? source.path : undefined);
  if (uri === undefined) return;
  try {
    await figures.setMask({ kind: 'image', source: await pictureAt(uri) });
  } catch (error) {
    figures.tellTrouble('mask', fileProblem(error, baseName(uri)));
  }
}

async function paintMask(
  panel: Panel,
  { image: id, labels, save }: Extract<ImageFromPanel, { type: 'paint-mask' }>,
  { extension }: ImageIntentParts,
): Promise<void> {
  const { figures, source } = panel.session.image;
  if (figures?.card.id !== id) return;
  const taken = await figures.setMask({ kind: 'painted', labels });
  if (!taken || !save || source === null) return;
  try {
    await saveMask(await figures.maskPicture(), source, extension);
  } catch (error) {
    const { FileSystemError, l10n } = vscode;
    const advice = l10n.t('save it in another folder');
    const isSystem = error instanceof FileSystemError;
    const told = isSystem ? new CheckpointError('unreadable', l10n.t('the mask'), error.message, advice) : error;
    figures.tellTrouble('mask', told);
  }
}
