import type { JSX } from 'preact';
import type { VerdictPart } from '../../src/core/analysis/verdict.js';
import { LinkButton } from '../lib/controls.js';
import { usePanel } from './context.js';

/** What the model does over depth, in a sentence or two; each place in it selects. */
export function Verdict({ parts }: { readonly parts: readonly VerdictPart[] }): JSX.Element {
  return (
    <p class="verdict">
      {parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </p>
  );
}

function Part({ part }: { readonly part: VerdictPart }): JSX.Element {
  const { dispatch } = usePanel();
  const { place } = part;
  if (place === undefined) return part.emphasis === true ? <em>{part.text}</em> : <>{part.text}</>;
  return (
    <LinkButton
      onClick={() => {
        if (place.head === null) dispatch({ type: 'layer', layer: place.layer });
        else dispatch({ type: 'head', layer: place.layer, head: place.head });
      }}
    >
      {part.text}
    </LinkButton>
  );
}
