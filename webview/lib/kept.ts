import { useRef } from 'preact/hooks';

/** A value, or the one before it while the next one is on its way. */
export interface Kept<Value> {
  readonly value: Value | null;
  /** False for one from before. */
  readonly fresh: boolean;
}

/** Keeps what is on show until the next answer comes, so that nothing flickers; never over a change of `subject`. */
export function useKept<Value>(value: Value | null, subject: unknown): Kept<Value> {
  const last = useRef<{ readonly value: Value | null; readonly subject: unknown }>({ value, subject });
  if (value !== null || last.current.subject !== subject) last.current = { value, subject };
  return { value: last.current.value, fresh: value !== null };
}
