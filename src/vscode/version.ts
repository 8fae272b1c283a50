import type * as vscode from 'vscode';

/** Version out of the extension's manifest. */
export function extensionVersion({ packageJSON }: vscode.Extension<unknown>): string {
  const manifest: unknown = packageJSON;
  if (typeof manifest !== 'object' || manifest === null) return 'unknown';
  const { version }: { version?: unknown } = manifest;
  return typeof version === 'string' ? version : 'unknown';
}
