/** Tells on standard error how far a long command is. */
export interface Progress {
  update(done: number, total: number, what: string): void;
  /** Removes the line. */
  clear(): void;
}

const WIDTH = 24;

/** A bar on a terminal; nothing elsewhere, or when quiet. */
export function createProgress(stream: NodeJS.WriteStream, quiet: boolean): Progress {
  if (!stream.isTTY || quiet) return { update: () => undefined, clear: () => undefined };
  return {
    update(done, total, what) {
      const filled = total === 0 ? WIDTH : Math.round((done / total) * WIDTH);
      stream.write(
        `\r\u001b[K${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${what} ${String(done)} of ${String(total)}`,
      );
    },
    clear() {
      stream.write('\r\u001b[K');
    },
  };
}
