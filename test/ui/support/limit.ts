/** How long anything may take to show, on a machine with other work too: only for what hangs, since how fast things are is measured by the bench. */
export const LIMIT_MS = 60_000;
