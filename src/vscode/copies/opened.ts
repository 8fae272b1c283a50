import type { Disposable, Uri } from 'vscode';
import type { Inspection } from '../../host/engine/contract.js';
import type { Sessions } from '../editor/sessions.js';

/** True for a checkpoint whose content can be looked at without copying it first. */
export function isAtHand(uri: Uri, sessions: Pick<Sessions, 'get'>): boolean {
  return uri.scheme === 'file' || (sessions.get(uri)?.opened ?? null) !== null;
}

/** Tells when what was read of a checkpoint that lies on no disk comes, changes or goes: it is at hand only while it is open. */
export function onDidOpenCopies(sessions: Pick<Sessions, 'get' | 'onDidChange'>, tell: (uri: Uri) => void): Disposable {
  const known = new Map<string, Inspection>();
  return sessions.onDidChange((uri) => {
    if (uri.scheme === 'file') return;
    const key = uri.toString();
    const now = sessions.get(uri)?.opened?.inspection;
    if (known.get(key) === now) return;
    if (now === undefined) known.delete(key);
    else known.set(key, now);
    tell(uri);
  });
}
