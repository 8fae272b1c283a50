import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ImageCard } from '../../../src/protocol/image.js';
import { Button, RadioGroup, Select } from '../../lib/controls.js';
import { usePanel } from '../context.js';
import { fieldsOf, readFields, type PreprocessingFields } from './preprocessing-fields.js';

const MODES = [
  { value: 'exact', label: l10n.t('exactly to') },
  { value: 'shortest-edge', label: l10n.t('shortest edge to') },
  { value: 'cover', label: l10n.t('to cover') },
  { value: 'longest-side', label: l10n.t('to fit into') },
  { value: 'none', label: l10n.t('not at all') },
] as const;

const RESAMPLING = [
  { value: 'nearest', label: l10n.t('nearest') },
  { value: 'box', label: l10n.t('box') },
  { value: 'bilinear', label: l10n.t('bilinear') },
  { value: 'hamming', label: l10n.t('Hamming') },
  { value: 'bicubic', label: l10n.t('bicubic') },
  { value: 'lanczos', label: l10n.t('Lanczos') },
] as const;

const NOT_FREE = l10n.t(
  'The graph of this file was exported for pictures of one size. Exported with free axes, or opened as .safetensors or .pt, other sizes could be chosen.',
);

const SOURCES: Readonly<Record<ImageCard['preprocessingFrom'], string>> = {
  transformers: l10n.t('from preprocessor_config.json'),
  timm: l10n.t('from the timm configuration'),
  'open-clip': l10n.t('from the OpenCLIP configuration'),
  family: l10n.t("the family's own: no file says it"),
  changed: l10n.t('changed by you'),
};

/** What was done to the picture before the model saw it, and a way to change it. */
export function PreprocessingForm({ card }: { readonly card: ImageCard }): JSX.Element {
  const { host } = usePanel();
  const [fields, setFields] = useState<PreprocessingFields>(() => fieldsOf(card));
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    setFields(fieldsOf(card));
    setTrouble(null);
  }, [card.id]);
  const set = (change: Partial<PreprocessingFields>): void => {
    setFields({ ...fields, ...change });
  };
  const sizes = card.sizeIsFree ? undefined : NOT_FREE;
  const [height, width] = card.originalSize;
  return (
    <details class="preprocessing">
      <summary>{l10n.t('Preprocessing: {0}', SOURCES[card.preprocessingFrom])}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const read = readFields(fields, card.preprocessing);
          setTrouble(read.kind === 'wrong' ? read.words : null);
          if (read.kind === 'change') host.send({ type: 'preprocess', change: read.change });
        }}
      >
        <div class="muted">{l10n.t('The picture has {0} × {1} pixels.', width, height)}</div>
        <div class="form-line">
          <Select label={l10n.t('Resized')} choices={MODES} value={fields.mode} onChoose={(mode) => set({ mode })} />
          {fields.mode === 'none' ? null : (
            <SizeFields
              label={l10n.t('resized')}
              size={fields.resize}
              single={fields.mode === 'shortest-edge'}
              off={fields.cropped ? undefined : sizes}
              onChange={(resize) => set({ resize })}
            />
          )}
        </div>
        <div class="form-line">
          <label class="labelled">
            <input
              type="checkbox"
              checked={fields.cropped}
              onChange={(event) => set({ cropped: event.currentTarget.checked })}
            />
            <span class="label">{l10n.t('Middle cropped to')}</span>
          </label>
          {fields.cropped ? (
            <SizeFields
              label={l10n.t('crop')}
              size={fields.crop}
              single={false}
              off={sizes}
              onChange={(crop) => set({ crop })}
            />
          ) : null}
        </div>
        <div class="form-line">
          <Select
            label={l10n.t('Resampling')}
            choices={RESAMPLING}
            value={fields.resampling}
            onChoose={(resampling) => set({ resampling })}
          />
        </div>
        <TripleFields label={l10n.t('Mean')} values={fields.mean} onChange={(mean) => set({ mean })} />
        <TripleFields
          label={l10n.t('Deviation')}
          values={fields.deviation}
          onChange={(deviation) => set({ deviation })}
        />
        <div class="form-line labelled">
          <span class="label">{l10n.t('Colours')}</span>
          <RadioGroup
            name="colour-order"
            label={l10n.t('Order of colours')}
            choices={[
              { value: 'rgb', label: 'RGB' },
              { value: 'bgr', label: 'BGR' },
            ]}
            value={fields.colour}
            onChoose={(colour) => set({ colour })}
          />
        </div>
        {trouble === null ? null : (
          <div class="form-trouble" role="alert">
            {trouble}
          </div>
        )}
        <div class="buttons">
          <button type="submit" class="button primary">
            {l10n.t('Run with these')}
          </button>
          {card.preprocessingFrom === 'changed' ? (
            <Button
              onClick={() => {
                host.send({ type: 'preprocess', change: null });
              }}
            >
              {l10n.t('Reset')}
            </Button>
          ) : null}
        </div>
      </form>
    </details>
  );
}

function SizeFields(props: {
  readonly label: string;
  readonly size: readonly [string, string];
  readonly single: boolean;
  readonly off: string | undefined;
  readonly onChange: (size: readonly [string, string]) => void;
}): JSX.Element {
  const [height, width] = props.size;
  return (
    <span class="size-fields" title={props.off}>
      {props.single ? null : (
        <>
          <NumberField
            label={l10n.t('Width, {0}', props.label)}
            value={width}
            off={props.off !== undefined}
            onChange={(value) => {
              props.onChange([height, value]);
            }}
          />
          {' × '}
        </>
      )}
      <NumberField
        label={props.single ? l10n.t('Shortest edge') : l10n.t('Height, {0}', props.label)}
        value={height}
        off={props.off !== undefined}
        onChange={(value) => {
          props.onChange([value, width]);
        }}
      />
    </span>
  );
}

function TripleFields(props: {
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}): JSX.Element {
  return (
    <div class="form-line labelled">
      <span class="label">{props.label}</span>
      {props.values.map((value, channel) => (
        <NumberField
          key={channel}
          label={l10n.t('{0}, channel {1}', props.label, channel)}
          value={value}
          off={false}
          onChange={(text) => {
            props.onChange(props.values.map((old, index) => (index === channel ? text : old)));
          }}
        />
      ))}
    </div>
  );
}

function NumberField(props: {
  readonly label: string;
  readonly value: string;
  readonly off: boolean;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  return (
    <input
      type="text"
      inputMode="decimal"
      class="number"
      aria-label={props.label}
      value={props.value}
      disabled={props.off}
      onInput={(event) => {
        props.onChange(event.currentTarget.value);
      }}
    />
  );
}
