import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { prepareHost } from '../host.js';
import { root } from '../paths.js';
import { startServer } from '../server.js';
import { workbenchAddress } from '../workbench.js';
import { installedExtension } from '../installed.js';

const folder = path.join(root, 'media/sample');

/** Opens the sample's folder in the desktop VS Code. @returns false when it does not start, as where there is none */
function openDesktop(): boolean {
  const args = [`--extensionDevelopmentPath=${root}`, '--new-window', folder];
  // on Windows the command is a script, which only a shell starts
  const shell = process.platform === 'win32';
  const { status } = spawnSync('code', shell ? args.map((arg) => `"${arg}"`) : args, { stdio: 'inherit', shell });
  return status === 0;
}

async function serveHost(): Promise<void> {
  const host = await prepareHost();
  const server = await startServer(host, { extensions: installedExtension(host) });
  console.log(
    'No desktop VS Code starts by the command `code`. One runs here, with QK Lens and its sample, until Ctrl+C:',
  );
  console.log(workbenchAddress(server, { folder }));
  console.log('A click on model.safetensors shows it.');
  await once(process, 'SIGINT');
  await server.stop();
}

if (!openDesktop()) await serveHost();
