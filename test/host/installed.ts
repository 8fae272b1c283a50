import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Host } from './host.js';
import { artefacts, packagedExtension } from './paths.js';
import { COMMON_FLAGS, serverEnvironment } from './server.js';

/** The folder that the packaged extension is installed in; a server does that once a package, for all that start one on it. */
export function installedExtension(host: Host): string {
  const file = packagedExtension();
  const folder = path.join(artefacts, 'installed');
  const mark = path.join(folder, 'of');
  const wanted = statSync(file).mtimeMs.toString();
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  install(host, file, folder);
  writeFileSync(mark, wanted);
  return folder;
}

function install(host: Host, file: string, folder: string): void {
  const data = mkdtempSync(path.join(tmpdir(), 'vscode-host-'));
  try {
    const main = path.join(host.vscode, 'out/server-main.js');
    const own = ['--server-data-dir', data, '--extensions-dir', folder];
    const flags = [main, ...COMMON_FLAGS, ...own, '--install-extension', file, '--force'];
    const { status, stdout, stderr } = spawnSync(host.node, flags, { env: serverEnvironment({}), encoding: 'utf8' });
    if (status === 0 && stdout.includes('successfully installed')) return;
    throw new Error(`${file} does not install:\n${stdout}${stderr}`);
  } finally {
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  }
}
