import * as vscode from 'vscode';
import { createEngine, usualThreads } from '../host/engine/engine.js';
import { CopyStore } from '../host/files/copy-store.js';
import { translate } from '../host/translations.js';
import type { QkLensApi } from './api.js';
import { commandHandlers } from './commands/handlers.js';
import { registerCommands } from './commands/register.js';
import { Config } from './config.js';
import { keepPanelContexts } from './context-keys.js';
import { RecentImages } from './image/recent-images.js';
import { labStarter } from './image/start-lab.js';
import { intentHandler } from './editor/intents.js';
import { Panels } from './editor/panels.js';
import { registerEditors } from './editor/provider.js';
import { Sessions } from './editor/sessions.js';
import { LazyEngine } from './lazy-engine.js';
import { ChannelLog } from './log.js';
import { ChoiceMemory } from './session/choices.js';
import { registerTools } from './lm-tools/register.js';
import { registerSource } from './source/register.js';
import { createStatusBar } from './status-bar.js';
import { TensorViews } from './tensor/tensor-views.js';
import { CheckpointList } from './tree/checkpoint-list.js';
import { CheckpointTree } from './tree/checkpoint-tree.js';
import { Inspections } from './tree/inspections.js';
import { Verdicts } from './tree/verdicts.js';
import { CheckpointsView } from './tree/view.js';
import { sampleUri } from './uris.js';
import { extensionVersion } from './version.js';

/** Wires the extension up; nothing is read or computed before somebody asks for it. */
export function activate(context: vscode.ExtensionContext): QkLensApi {
  const before = process.cpuUsage();
  const channel = vscode.window.createOutputChannel('QK Lens', { log: true });
  context.subscriptions.push(channel);
  if (vscode.l10n.bundle !== undefined) translate(vscode.l10n.bundle);
  try {
    const api = compose(context, new ChannelLog(channel));
    const { user, system } = process.cpuUsage(before);
    return { ...api, activationMs: (user + system) / 1000 };
  } catch (error) {
    channel.error(error instanceof Error ? error : String(error));
    void vscode.window
      .showErrorMessage(vscode.l10n.t('QK Lens cannot start: {0}', String(error)), vscode.l10n.t('Show Log'))
      .then((answer) => {
        if (answer !== undefined) channel.show();
      });
    throw error;
  }
}

function compose(context: vscode.ExtensionContext, log: ChannelLog): Omit<QkLensApi, 'activationMs'> {
  const { extension, extensionUri, globalStorageUri, workspaceState, subscriptions } = context;
  const config = new Config();
  const engine = new LazyEngine(() =>
    createEngine({
      workerFile: vscode.Uri.joinPath(extensionUri, 'dist', 'worker.js').fsPath,
      // One processor stays free: with all of them computing, the editor draws the first layer 100 ms later.
      threads: config.get('threads') || usualThreads(1),
      cacheFolder: config.get('cacheEnabled') ? vscode.Uri.joinPath(globalStorageUri, 'figures').fsPath : null,
    }),
  );
  const copies = new CopyStore(vscode.Uri.joinPath(globalStorageUri, 'copies').fsPath);
  void copies.sweep();
  const sessions = new Sessions({
    engine,
    copies,
    memory: new ChoiceMemory(workspaceState),
    log,
    config,
    startLab: labStarter(vscode.Uri.joinPath(extensionUri, 'dist').fsPath, () => config.get('threads')),
  });
  const panels = new Panels();
  const list = new CheckpointList(config, sessions);
  const verdicts = new Verdicts(workspaceState);
  const inspections = new Inspections(engine, sessions);
  const tree = new CheckpointTree({ list, inspections, sessions, verdicts });
  const tensors = new TensorViews({ extension: extensionUri, engine, inspections, log });
  const view = new CheckpointsView({ tree, list, panels, log });
  const parts = { extension: extensionUri, engine, store: workspaceState, inspections, sessions, panels, list };
  const source = registerSource({ ...parts, config, log });
  const images = {
    extension: extensionUri,
    version: extensionVersion(extension),
    recent: new RecentImages(workspaceState),
  };
  const bases = { engine, checkpoints: () => list.get() };
  const handle = intentHandler({
    ...images,
    log,
    showLog: () => log.show(),
    showTensors: (uri) => view.showTensors(uri),
    bases,
  });
  subscriptions.push(
    { dispose: () => void engine.dispose() },
    config,
    sessions,
    copies,
    panels,
    list,
    tree,
    view,
    tensors,
    source,
    registerTools({ engine, inspections, sessions }),
    registerEditors({ extension: extensionUri, sessions, panels, handle, log }),
    registerCommands(
      commandHandlers({
        extension,
        engine,
        images,
        bases,
        config,
        sessions,
        log,
        panels,
        list,
        view,
        tensors,
        ...source,
      }),
      log,
    ),
    createStatusBar(panels, sessions),
    keepPanelContexts(panels, sessions),
    config.onDidChange((changed) => {
      if (changed.has('threads') || changed.has('cacheEnabled')) void engine.renew();
      if (changed.has('include')) list.refresh();
    }),
  );
  return { sessions, panels, tree, source, log, sample: sampleUri(extensionUri) };
}
