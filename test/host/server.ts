import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from './host.js';
import { machineSettings } from './settings.js';

/** A running VS Code server. */
export interface Server {
  readonly port: number;
  /** Its logs; they go with the server. */
  readonly logs: string;
  /** Address of a file of this machine as the workbench names it. */
  remote(file: string): string;
  /** Changes machine settings; the server watches their file. */
  configure(settings: Readonly<Record<string, unknown>>): void;
  /** Ends the server with all its children and deletes its data. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Folder of installed extensions; none if not given. */
  readonly extensions?: string;
  /** Variables that extensions see. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it asks if the folder is trusted, as it does for people; without it all folders are. */
  readonly asksTrust?: boolean;
}

const START_LIMIT_MS = 30_000;
/** How long the server may take to end by itself. */
const STOP_LIMIT_MS = 2_000;

/** Flags of every call of a server. */
export const COMMON_FLAGS = ['--accept-server-license-terms', '--telemetry-level', 'off'];

/** Variables of a VS Code terminal or of npm, which would reach into the server. */
const OUTER = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|npm_)/;

/** What a server and its extensions see of this process's variables, and more. */
export function serverEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !OUTER.test(name));
  // an empty gallery: no marketplace, so nothing is asked of it
  return { ...Object.fromEntries(inherited), EXTENSIONS_GALLERY: '{}', ...extra };
}

/** Reads the port that the server found free. @throws when it ends, or says nothing in time */
async function listeningPort(child: ChildProcess): Promise<number> {
  let said = '';
  const port = new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const match = /listening on (\d+)/.exec(said);
      if (match) resolve(Number(match[1]));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`The VS Code server ended with status ${String(code)}:\n${said}`));
    });
  });
  const late = delay(START_LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`The VS Code server did not listen within ${String(START_LIMIT_MS)} ms:\n${said}`);
  });
  return Promise.race([port, late]);
}

/** Signals the server's whole process group, the extension host and the watcher with it. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const ended = child.exitCode !== null || child.signalCode !== null;
  const end = ended ? Promise.resolve() : once(child, 'exit');
  signalGroup(child, 'SIGTERM');
  await Promise.race([end, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
  signalGroup(child, 'SIGKILL');
  await end;
}

/** Runs the clean-up when this process ends, by a signal too. @returns takes it back */
function endWithThisProcess(cleanUp: () => void): () => void {
  const leave = (): never => process.exit(1);
  process.once('exit', cleanUp);
  process.once('SIGINT', leave);
  process.once('SIGTERM', leave);
  return () => {
    process.off('exit', cleanUp);
    process.off('SIGINT', leave);
    process.off('SIGTERM', leave);
  };
}

/** Starts a server with fresh data on a free port. */
export async function startServer(
  host: Host,
  { extensions, env = {}, asksTrust = false }: ServerOptions = {},
): Promise<Server> {
  const data = mkdtempSync(path.join(tmpdir(), 'vscode-host-'));
  const settingsFile = path.join(data, 'data/Machine/settings.json');
  mkdirSync(path.dirname(settingsFile), { recursive: true });
  writeFileSync(settingsFile, JSON.stringify(machineSettings));
  const childEnv = serverEnvironment(env);
  const installed = extensions === undefined ? [] : ['--extensions-dir', extensions];
  const trust = asksTrust ? [] : ['--disable-workspace-trust'];

  const flags = ['--without-connection-token', '--host', '127.0.0.1', '--port', '0', '--enable-smoke-test-driver'];
  const main = path.join(host.vscode, 'out/server-main.js');
  const child = spawn(host.node, [main, ...COMMON_FLAGS, ...trust, ...flags, ...installed, '--server-data-dir', data], {
    env: childEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const forget = endWithThisProcess(() => {
    signalGroup(child, 'SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  });
  const stop = async (): Promise<void> => {
    await stopGroup(child);
    forget();
    rmSync(data, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const port = await listeningPort(child);
    return {
      port,
      logs: path.join(data, 'data/logs'),
      remote: (file) => `vscode-remote://127.0.0.1:${String(port)}${path.resolve(file)}`,
      configure(settings) {
        const current: unknown = JSON.parse(readFileSync(settingsFile, 'utf8'));
        writeFileSync(settingsFile, JSON.stringify(Object.assign({}, current, settings)));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
