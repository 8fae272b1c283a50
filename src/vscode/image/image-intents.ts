import * as vscode from 'vscode';
import { CheckpointError } from '../../core/errors.js';
import type { ImageFromPanel, ImageSource } from '../../protocol/image.js';
import type { FromPanel } from '../../protocol/panel.js';
import type { Panel } from '../editor/panel.js';
import { troubleOf } from '../session/image-trouble.js';
import { askImage, askMask, sampleImage } from './ask-image.js';
import { droppedImage } from './dropped-image.js';
import { exportImage } from './export-image.js';
import type { RecentImages } from './recent-images.js';
import { saveMask } from './save-mask.js';

/** What intents about pictures reach beyond their panel and its session. */
export interface ImageIntentParts {
  readonly extension: vscode.Uri;
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
      await openDropped(panel, message.uri, parts);
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
      await vscode.commands.executeCommand('workbench.trust.manage');
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
    default:
      image.ask(panel, message);
  }
}

/** Asks for a picture and runs the panel's model on it; the model is loaded meanwhile. */
export async function chooseImage(panel: Panel, parts: ImageIntentParts): Promise<void> {
  panel.session.image.warm(panel);
  const path = await askImage(parts.extension, parts.recent);
  if (path !== undefined) await openImage(panel, { kind: 'file', path }, parts);
}

/** Runs the panel's model on a picture, which is offered first the next time. */
export async function openImage(panel: Panel, source: ImageSource, { recent }: ImageIntentParts): Promise<void> {
  const { image } = panel.session;
  await image.open(panel, source);
  if (source.kind === 'file' && image.state.kind === 'ready') await recent.add(source.path);
}

async function openDropped(panel: Panel, list: string, parts: ImageIntentParts): Promise<void> {
  try {
    const source = await droppedImage(list);
    if (source !== null) await openImage(panel, source, parts);
  } catch (error) {
    // Of a file system that is not ours, what it says is all there is.
    const trouble = troubleOf(
      asReadable(error, vscode.l10n.t('the dropped file'), vscode.l10n.t('choose another picture')),
    );
    panel.session.image.refuse(vscode.l10n.t('the dropped file'), trouble);
  }
}

function asReadable(error: unknown, file: string, advice: string): unknown {
  return error instanceof vscode.FileSystemError
    ? new CheckpointError('unreadable', file, error.message, advice)
    : error;
}

async function chooseMask(panel: Panel): Promise<void> {
  const { figures, source } = panel.session.image;
  if (figures === null) return;
  const path = await askMask(source?.kind === 'file' ? source.path : undefined);
  if (path !== undefined) await figures.setMask({ kind: 'image', source: { kind: 'file', path } });
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
    figures.tellTrouble(
      'mask',
      asReadable(error, vscode.l10n.t('the mask'), vscode.l10n.t('save it in another folder')),
    );
  }
}
