import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import type { Assumption } from '../../src/core/model/model.js';
import { LinkButton, RadioGroup } from '../lib/controls.js';
import { usePanel } from './context.js';
import { Note, Words } from './Note.js';

/** A yellow note for each thing that the file does not say, with the choice in it. */
export function Assumptions(props: {
  readonly assumptions: readonly Assumption[];
  /** False in a page that cannot compute: there is nothing to choose. */
  readonly changeable: boolean;
}): JSX.Element {
  return (
    <>
      {props.assumptions.map((assumption) => (
        <Note key={assumption.code + assumption.text} kind="warning">
          <AssumptionWords text={assumption.text} />
          {props.changeable && assumption.code === 'heads' ? <HeadsChoice assumption={assumption} /> : null}
        </Note>
      ))}
    </>
  );
}

/** The first words, up to a bracket or the end of the sentence, say what was assumed. */
function AssumptionWords({ text }: { readonly text: string }): JSX.Element {
  const end = text.search(/ \(|[.:;](\s|$)/);
  const split = end > 0 ? end : text.length;
  return (
    <>
      <b>
        <Words text={text.slice(0, split)} />
      </b>
      <Words text={text.slice(split)} />
    </>
  );
}

function HeadsChoice({ assumption }: { readonly assumption: Assumption }): JSX.Element {
  const { host, dispatch } = usePanel();
  return (
    <div class="note-choices">
      {assumption.choices.length === 0 ? null : (
        <RadioGroup
          name="heads"
          label={l10n.t('Number of heads')}
          choices={assumption.choices.map((value) => ({ value, label: String(value) }))}
          value={assumption.value}
          onChoose={(heads) => {
            host.send({ type: 'heads', heads });
          }}
        />
      )}
      <LinkButton
        onClick={() => {
          host.send({ type: 'heads', heads: null });
        }}
      >
        {l10n.t('Other…')}
      </LinkButton>
      <LinkButton
        class="apart"
        onClick={() => {
          host.send({ type: 'keep-assumption', code: assumption.code });
          dispatch({ type: 'assumptions', open: false });
        }}
      >
        {l10n.t('Keep, and do not ask for this file')}
      </LinkButton>
    </div>
  );
}
