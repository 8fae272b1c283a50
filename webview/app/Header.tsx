import * as l10n from '@vscode/l10n';
import type { ComponentChildren, JSX } from 'preact';
import { parameters } from '../../src/core/charts/format.js';
import type { FileCard, Focus, ModelCard } from '../../src/protocol/panel.js';
import { Button, LinkButton, RadioGroup } from '../lib/controls.js';
import { Icon } from '../lib/icons.js';
import { usePanel } from './context.js';

/** What the header stands on. */
export interface HeaderProps {
  readonly file: FileCard;
  readonly card: ModelCard;
  readonly focus: Focus;
  /** Bases that can be shown; the other ones are off. */
  readonly bases: readonly Focus['basis'][];
  readonly assumptionsOpen: boolean;
  /** Controls in place of the editor's own lists, in a page that stands alone. */
  readonly ownControls: { readonly model: ComponentChildren; readonly export: ComponentChildren } | null;
}

const NO_FOLDED = l10n.t('No layer norm feeds this attention, so there is no folded basis.');
const NOT_IN_PAGE = l10n.t('This page holds no figures in this basis.');

/** What the file is, what that rests on, and what can be changed. */
export function Header(props: HeaderProps): JSX.Element {
  const { card, file } = props;
  return (
    <header>
      <div class="who">
        <h1>{card.title}</h1>
        <ul class="facts-line">
          {modelFacts(card).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
          <li class="recognised">
            <Recognised card={card} open={props.assumptionsOpen} />
          </li>
        </ul>
      </div>
      <div class="controls">
        {props.ownControls === null ? (
          <>
            {file.models.length > 1 ? <ModelButton card={card} /> : null}
            <BasisSwitch {...props} />
            <ExportButton />
          </>
        ) : (
          <>
            {props.ownControls.model}
            <BasisSwitch {...props} />
            {props.ownControls.export}
          </>
        )}
      </div>
    </header>
  );
}

/** Geometry, precision and size in a few words each. */
export function modelFacts(card: ModelCard): string[] {
  return [
    `${card.depth === 1 ? l10n.t('1 layer') : l10n.t('{0} layers', card.depth)} \u00d7 ${headCounts(card.heads)}`,
    l10n.t('width {0}', String(card.width)),
    l10n.t('head size {0}', String(card.headSize)),
    card.dtypeLabel,
    parameters(card.parameterCount),
  ];
}

function headCounts(heads: readonly number[]): string {
  const least = Math.min(...heads);
  const most = Math.max(...heads);
  return least === most || heads.length === 0
    ? most === 1
      ? l10n.t('1 head')
      : l10n.t('{0} heads', heads[0] ?? 0)
    : l10n.t('{0} to {1} heads', String(least), String(most));
}

/** How sure the recognition is; what was assumed opens by a click. */
function Recognised({ card, open }: { readonly card: ModelCard; readonly open: boolean }): JSX.Element {
  const { dispatch } = usePanel();
  const tensors = card.tensorCount === 1 ? l10n.t('1 tensor') : l10n.t('{0} tensors', card.tensorCount);
  const sources = [tensors, ...card.confirmedBy];
  const from =
    sources.length > 1
      ? l10n.t('{0} and {1}', sources.slice(0, -1).join(', '), sources[sources.length - 1] ?? '')
      : tensors;
  const count = card.assumptions.length;
  return (
    <>
      {count === 0 ? <Icon name="check" size={13} /> : null} {l10n.t('recognised from {0},', from)}{' '}
      {count === 0 ? (
        l10n.t('nothing assumed')
      ) : (
        <LinkButton
          expanded={open}
          onClick={() => {
            dispatch({ type: 'assumptions', open: !open });
          }}
        >
          {count === 1 ? l10n.t('1 thing assumed') : l10n.t('{0} things assumed', count)}
        </LinkButton>
      )}
    </>
  );
}

function BasisSwitch({ card, focus, bases }: HeaderProps): JSX.Element {
  const { dispatch } = usePanel();
  const disabled = (basis: Focus['basis']): { disabled?: string } => {
    if (bases.includes(basis)) return {};
    return { disabled: basis === 'folded' && !card.hasNorm ? NO_FOLDED : NOT_IN_PAGE };
  };
  return (
    <span class="labelled">
      <span class="label">{l10n.t('Basis')}</span>
      <RadioGroup
        name="basis"
        label={l10n.t('Basis')}
        choices={[
          { value: 'folded' as const, label: l10n.t('folded'), ...disabled('folded') },
          { value: 'raw' as const, label: l10n.t('raw'), ...disabled('raw') },
        ]}
        value={focus.basis}
        onChoose={(basis) => {
          dispatch({ type: 'basis', basis });
        }}
      />
    </span>
  );
}

function ModelButton({ card }: { readonly card: ModelCard }): JSX.Element {
  const { host } = usePanel();
  return (
    <span class="labelled">
      <span class="label">{l10n.t('Model')}</span>
      <Button
        iconAfter="chevron-down"
        onClick={() => {
          host.send({ type: 'pick-model' });
        }}
      >
        {card.name}
      </Button>
    </span>
  );
}

function ExportButton(): JSX.Element {
  const { host } = usePanel();
  return (
    <Button
      icon="export"
      onClick={() => {
        host.send({ type: 'export' });
      }}
    >
      {l10n.t('Export…')}
    </Button>
  );
}
