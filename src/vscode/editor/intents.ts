import * as vscode from 'vscode';
import { PANEL_PROTOCOL, type FromPanel, type ProblemAction } from '../../protocol/panel.js';
import type { Log } from '../log.js';
import { carryOutImageIntent, type ImageIntentParts, isImageIntent } from '../image/image-intents.js';
import { COMMANDS } from '../manifest/commands.js';
import { problemDetails } from '../session/problem-page.js';
import { askBase, type BaseParts } from './ask-base.js';
import { askHeads, askModel, askNames } from './ask.js';
import type { Panel } from './panel.js';

/** Does what a panel's message asks for. */
export type IntentHandler = (message: FromPanel, panel: Panel) => void;

/** What intents reach beyond their panel and its session. */
export interface IntentParts extends ImageIntentParts {
  readonly log: Log;
  readonly showLog: () => void;
  readonly showTensors: (uri: vscode.Uri) => Promise<void>;
  readonly bases: BaseParts;
}

/** Handles the messages of all panels; a failure is written to the log. */
export function intentHandler(parts: IntentParts): IntentHandler {
  return (message, panel) => {
    carryOut(message, panel, parts).catch((error: unknown) => {
      parts.log.error(`panel message ${message.type}`, error);
    });
  };
}

async function carryOut(message: FromPanel, panel: Panel, parts: IntentParts): Promise<void> {
  if (isImageIntent(message)) {
    await carryOutImageIntent(message, panel, parts);
    return;
  }
  const { session } = panel;
  switch (message.type) {
    case 'ready':
      if (message.protocol !== PANEL_PROTOCOL) parts.log.warn('The panel is of another version. Reload the window.');
      panel.ready();
      break;
    case 'basis':
      await session.setBasis(panel, message.basis);
      break;
    case 'model':
      await session.setModel(panel, message.model);
      break;
    case 'pick-model':
      await chooseModel(panel);
      break;
    case 'heads':
      await (message.heads === null ? chooseHeads(panel) : session.setRecognition({ heads: message.heads }));
      break;
    case 'keep-assumption':
      await session.keep(message.code);
      break;
    case 'cancel':
      session.cancel(panel);
      break;
    case 'resume':
      session.resume(panel);
      break;
    case 'want-distances':
      session.distances.want(panel, message.layer, message.head);
      break;
    case 'cancel-distances':
      session.distances.cancel();
      break;
    case 'reload':
      await session.open();
      break;
    case 'export':
      await vscode.commands.executeCommand(COMMANDS.export);
      break;
    case 'copy':
      await vscode.env.clipboard.writeText(message.text);
      break;
    case 'problem-action':
      await solve(message.action, panel, parts);
      break;
    case 'picture-copied':
      await tellCopied(message);
      break;
    case 'error':
      parts.log.error('panel', message.message);
      break;
    case 'selected':
    case 'picture':
      break; // heard by the panel itself
  }
}

/** How long the status bar says that something was copied. */
const SAID_MS = 6_000;

/** Says that a picture is on the clipboard, or why it is not and what can be done in its place. */
async function tellCopied({ picture, problem }: Extract<FromPanel, { type: 'picture-copied' }>): Promise<void> {
  if (problem === null) {
    vscode.window.setStatusBarMessage(vscode.l10n.t('Copied the picture'), SAID_MS);
    return;
  }
  const save = vscode.l10n.t('Save Picture...');
  const text = vscode.l10n.t('The picture could not be put on the clipboard: {0}. It can be saved as a file.', problem);
  if ((await vscode.window.showWarningMessage(text, save)) !== save) return;
  await vscode.commands.executeCommand(COMMANDS.savePicture, { webviewSection: picture });
}

async function solve(action: ProblemAction['action'], panel: Panel, parts: IntentParts): Promise<void> {
  const { session, uri } = panel;
  switch (action) {
    case 'retry':
      if (session.state.kind === 'open') session.resume(panel);
      else await session.open();
      break;
    case 'show-log':
      parts.showLog();
      break;
    case 'show-partial':
      await session.open(true);
      break;
    case 'copy-details':
      if (session.state.kind === 'problem') await vscode.env.clipboard.writeText(problemDetails(session.state.page));
      break;
    case 'list-tensors':
      await parts.showTensors(uri);
      break;
    case 'name-tensors':
      await nameTensors(panel);
      break;
    case 'pick-model':
      await chooseModel(panel);
      break;
    case 'choose-base':
      await chooseBase(panel, parts.bases);
      break;
  }
}

/** Asks which model of the file the panel is to show. */
export async function chooseModel(panel: Panel): Promise<void> {
  const { opened } = panel.session;
  const name = opened === null ? undefined : await askModel(opened, panel.session.runOf(panel)?.focus.model);
  if (name !== undefined) await panel.session.setModel(panel, name);
}

/** Asks how many heads the panel's model has. */
export async function chooseHeads(panel: Panel): Promise<void> {
  const { session } = panel;
  const focus = session.runOf(panel)?.focus;
  const model = session.opened?.inspection.recognition.models.find(({ name }) => name === focus?.model);
  const heads = model === undefined ? undefined : await askHeads(model);
  if (heads !== undefined) await session.setRecognition({ heads });
}

/** Asks over which base model the panel's adapter is to be shown. */
export async function chooseBase({ session, uri }: Panel, bases: BaseParts): Promise<void> {
  const base = await askBase(uri, bases);
  if (base !== undefined) await session.setBase(base);
}

async function nameTensors({ session }: Panel): Promise<void> {
  const named = session.opened === null ? undefined : await askNames(session.opened.inspection.tensors);
  if (named !== undefined) await session.setRecognition({ named });
}
