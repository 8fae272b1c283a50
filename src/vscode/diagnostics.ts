import { cpus, totalmem } from 'node:os';
import * as vscode from 'vscode';
import type { Config } from './config.js';
import { settingNames } from './config.js';
import type { Sessions } from './editor/sessions.js';
import type { ChannelLog } from './log.js';
import type { Session } from './session/session.js';
import { extensionVersion } from './version.js';

/** What a diagnosis is collected from. */
export interface DiagnosticsParts {
  readonly extension: vscode.Extension<unknown>;
  readonly config: Config;
  readonly sessions: Sessions;
  readonly log: ChannelLog;
}

/** Opens a text with versions, settings, what is open, and the last troubles; nothing of a file's content is in it. */
export async function collectDiagnostics(parts: DiagnosticsParts): Promise<void> {
  const content = diagnostics(parts).join('\n');
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language: 'markdown' }));
}

function diagnostics({ extension, config, sessions, log }: DiagnosticsParts): string[] {
  return [
    '# QK Lens diagnostics',
    '',
    `QK Lens ${extensionVersion(extension)}, ${vscode.env.appName} ${vscode.version}, Node ${process.versions.node}`,
    `${process.platform} ${process.arch}, ${cpus().length} processors, ${(totalmem() / 1e9).toFixed(1)} GB memory`,
    `Remote: ${vscode.env.remoteName ?? 'no'}; user interface: ${vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'}`,
    `Workspace: ${vscode.workspace.isTrusted ? 'trusted' : 'not trusted'}, ${vscode.workspace.workspaceFolders?.length ?? 0} folders`,
    '',
    '## Settings',
    ...settingNames().map((name) => `- ${name}: ${JSON.stringify(config.get(name))}`),
    '',
    '## Open checkpoints',
    ...sessions.uris.map((uri, position) => `- ${position + 1}: ${describe(sessions.get(uri))}`),
    '',
    '## Last troubles',
    ...(log.troubles.length === 0 ? ['none'] : ['```', ...log.troubles, '```']),
    '',
  ];
}

function describe(session: Session | undefined): string {
  if (session === undefined) return 'closed';
  const { state, opened } = session;
  const problem = state.kind === 'problem' ? [`problem ${state.page.code}`] : [state.kind];
  if (opened === null) return problem.join(', ');
  const { source, tensors } = opened.inspection;
  const models = opened.card.models.map(
    ({ family, depth, heads, width }) => `${family} ${depth} x ${heads[0] ?? 0}, width ${width}`,
  );
  const runs = session.runs.map(({ focus, status, layers }) => `${focus.basis} ${status} with ${layers.length} layers`);
  return [...problem, source.format, `${source.sizeBytes} bytes`, `${tensors.length} tensors`, ...models, ...runs].join(
    ', ',
  );
}
