import * as vscode from 'vscode';

/** Says that something waits for the person's trust in the workspace. */
export class TrustNeeded extends Error {
  override readonly name = 'TrustNeeded';
}

/** Shows where trust in the workspace is given and taken back. */
export async function manageTrust(): Promise<void> {
  await vscode.commands.executeCommand('workbench.trust.manage');
}

/** Says what waits for trust, with the way to it. */
export async function offerTrust({ message }: TrustNeeded): Promise<void> {
  const manage = vscode.l10n.t('Manage Workspace Trust');
  if ((await vscode.window.showWarningMessage(`QK Lens: ${message}`, manage)) === manage) await manageTrust();
}
