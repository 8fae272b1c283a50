import { asWriteError } from '../host/files/system-error.js';
import { writeWhole } from '../host/files/write-whole.js';

/** Writes JSON to standard output (`-`) or whole into a file. */
export async function writeJson(target: string, value: unknown): Promise<void> {
  await writeText(target, `${JSON.stringify(value, null, 1)}\n`);
}

/** Writes text to standard output (`-`) or whole into a file. */
export async function writeText(target: string, text: string): Promise<void> {
  if (target === '-') await print(text);
  else if (target === '/dev/null') return;
  else
    await writeWhole(target, text).catch((error: unknown) => {
      throw asWriteError(error, target);
    });
}

/** Writes to standard output and waits until it is out, since the process ends afterwards. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}
