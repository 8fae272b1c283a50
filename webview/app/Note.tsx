import type { ComponentChildren, JSX } from 'preact';

/** A remark with a coloured edge: for information, as a warning, or as an error. */
export function Note(props: {
  readonly kind: 'info' | 'warning' | 'error';
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`note ${props.kind}`} role={props.kind === 'error' ? 'alert' : 'note'}>
      {props.children}
    </div>
  );
}

const IN_BACKTICKS = /`([^`]+)`/g;

/** Words of the host, names between backticks set as code; always as text, never as markup. */
export function Words({ text }: { readonly text: string }): JSX.Element {
  const pieces = text.split(IN_BACKTICKS);
  return <>{pieces.map((piece, index) => (index % 2 === 1 ? <code key={index}>{piece}</code> : piece))}</>;
}
