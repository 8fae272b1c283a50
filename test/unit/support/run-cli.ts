import { execFile } from 'node:child_process';
import path from 'node:path';

const CLI = path.join(import.meta.dirname, '../../../dist/cli.js');

/** What a run of the command line gave. */
export interface CliRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line to its end. */
export function runCli(args: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv): Promise<CliRun> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [CLI, ...args],
      { ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env }), maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ status, stdout, stderr });
      },
    );
  });
}
