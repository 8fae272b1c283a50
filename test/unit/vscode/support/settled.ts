/** Lets what was resolved go on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
