import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { TensorAnswer, TensorQuestion } from '../../src/core/analysis/tensor/questions.js';
import { byteSize } from '../../src/core/text/bytes.js';
import type { TensorCard, ToTensorView } from '../../src/protocol/tensor-view.js';
import { Button } from '../lib/controls.js';
import { useTheme } from '../lib/theme.js';
import type { TensorHost } from './host.js';
import { HeatMapView } from './HeatMapView.js';
import { SpectrumView } from './SpectrumView.js';
import { StatisticsView } from './StatisticsView.js';
import { shapeWords } from './words.js';

/** Cells along each axis of the picture: as many as a panel has room for. */
const SIDE = 384;

type Kind = TensorQuestion['kind'];

/** Where the answer to a kind of question stands. */
type Standing =
  | { readonly state: 'not asked' }
  | { readonly state: 'asked'; readonly last: TensorAnswer | null }
  | { readonly state: 'failed'; readonly text: string }
  | { readonly state: 'there'; readonly answer: TensorAnswer };

const KINDS = ['statistics', 'map', 'spectrum'] as const satisfies readonly Kind[];

const TITLES: Readonly<Record<Kind, string>> = {
  statistics: l10n.t('Statistics'),
  map: l10n.t('Elements'),
  spectrum: l10n.t('Singular values'),
};

const NOTHING: Readonly<Record<Kind, Standing>> = {
  statistics: { state: 'not asked' },
  map: { state: 'not asked' },
  spectrum: { state: 'not asked' },
};

/** The whole of a tensor, as a picture. */
const whole = ({ rows, columns }: TensorCard): TensorQuestion => ({
  kind: 'map',
  window: { row: 0, rows: Math.max(1, rows), column: 0, columns: Math.max(1, columns) },
  side: SIDE,
});

/** The page: what the tensor is, and what was asked of its elements. */
export function TensorView({ host }: { readonly host: TensorHost }): JSX.Element {
  const [card, setCard] = useState<TensorCard | null>(null);
  const [standings, setStandings] = useState(NOTHING);
  const stand = (kind: Kind, standing: Standing): void => {
    setStandings((now) => ({ ...now, [kind]: standing }));
  };
  const ask = (question: TensorQuestion): void => {
    setStandings((now) => {
      const before = now[question.kind];
      return {
        ...now,
        [question.kind]: { state: 'asked', last: before.state === 'there' ? before.answer : null },
      };
    });
    host.send({ type: 'ask', question });
  };
  useLayoutEffect(() => {
    host.onMessage((message: ToTensorView) => {
      if (message.type === 'answer') stand(message.answer.kind, { state: 'there', answer: message.answer });
      else if (message.type === 'failed') stand(message.kind, { state: 'failed', text: message.text });
      else {
        setCard(message.card);
        if (!message.card.readAtOnce) return;
        ask({ kind: 'statistics' });
        ask(whole(message.card));
      }
    });
    host.send({ type: 'ready' });
  }, [host]);
  if (card === null) return <p class="tensor muted">{l10n.t('Reading...')}</p>;
  return (
    <div class="tensor">
      <h1>{card.name}</h1>
      <p class="muted">
        {`${card.dtype} ${shapeWords(card.shape)} · ${byteSize(card.bytes)} · ${card.file}`}
        {card.readAtOnce ? '' : ` · ${l10n.t('large: each figure is read when you ask for it')}`}
      </p>
      {KINDS.map((kind) => (
        <Part
          key={kind}
          kind={kind}
          card={card}
          standing={standings[kind]}
          ask={ask}
          cancel={() => {
            host.send({ type: 'cancel' });
          }}
        />
      ))}
    </div>
  );
}

function Part(props: {
  readonly kind: Kind;
  readonly card: TensorCard;
  readonly standing: Standing;
  readonly ask: (question: TensorQuestion) => void;
  readonly cancel: () => void;
}): JSX.Element {
  const { kind, card, standing, ask, cancel } = props;
  const missing = kind === 'spectrum' ? card.noSpectrum : null;
  const question: TensorQuestion = kind === 'map' ? whole(card) : { kind };
  const read = (words: string): JSX.Element => (
    <Button
      onClick={() => {
        ask(question);
      }}
    >
      {words}
    </Button>
  );
  const shown = standing.state === 'there' ? standing.answer : standing.state === 'asked' ? standing.last : null;
  return (
    <section aria-label={TITLES[kind]} aria-busy={standing.state === 'asked'}>
      <h2>{TITLES[kind]}</h2>
      {missing === null ? null : <p class="muted">{missing}</p>}
      {standing.state === 'not asked' && missing === null ? read(l10n.t('Read {0}', TITLES[kind].toLowerCase())) : null}
      {standing.state === 'asked' && standing.last === null ? (
        <p>
          <span class="muted">{l10n.t('Reading...')} </span>
          <Button onClick={cancel}>{l10n.t('Cancel')}</Button>
        </p>
      ) : null}
      {standing.state === 'failed' ? (
        <p role="alert">
          {standing.text} {read(l10n.t('Try again'))}
        </p>
      ) : null}
      {shown === null ? null : <Answer answer={shown} card={card} ask={ask} />}
    </section>
  );
}

function Answer(props: {
  readonly answer: TensorAnswer;
  readonly card: TensorCard;
  readonly ask: (question: TensorQuestion) => void;
}): JSX.Element {
  const theme = useTheme();
  const { answer, card, ask } = props;
  switch (answer.kind) {
    case 'statistics':
      return <StatisticsView statistics={answer.statistics} />;
    case 'map':
      return (
        <HeatMapView
          map={answer.map}
          table={card}
          theme={theme}
          onWindow={(window) => {
            ask({ kind: 'map', window, side: SIDE });
          }}
        />
      );
    case 'spectrum':
      return <SpectrumView sigma={answer.sigma} />;
  }
}
