import type { JSX } from 'preact';

/** A share of the score as a bar from 0 to `most`, at most all of it: above, the bar is full and ends in an arrow head. */
export function ShareBar({ share, most }: { readonly share: number | null; readonly most: number }): JSX.Element {
  const length = share === null || most <= 0 ? 0 : Math.max(0, Math.min(1, share / most));
  return (
    <span class={share !== null && share > 1 ? 'share-bar over' : 'share-bar'} aria-hidden="true">
      <span style={{ width: `${(length * 100).toFixed(2)}%` }} />
    </span>
  );
}

/** Where bars of shares end: at the largest one, at most at all of the score. */
export function mostOf(shares: readonly (number | null)[]): number {
  return Math.min(
    1,
    shares.reduce<number>((most, share) => Math.max(most, share ?? 0), 0),
  );
}
