import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons.js';

/** A button with words. */
export function Button(props: {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly primary?: boolean;
  readonly icon?: IconName;
  /** An icon behind the words, such as a chevron for a list. */
  readonly iconAfter?: IconName;
  readonly title?: string;
  readonly disabled?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      class={props.primary === true ? 'button primary' : 'button'}
      title={props.title}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      {props.icon === undefined ? null : <Icon name={props.icon} size={14} />}
      <span>{props.children}</span>
      {props.iconAfter === undefined ? null : <Icon name={props.iconAfter} size={12} />}
    </button>
  );
}

/** A button that looks like a link, for places and for second choices. */
export function LinkButton(props: {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly class?: string;
  readonly expanded?: boolean;
}): JSX.Element {
  return (
    <button type="button" class={`link ${props.class ?? ''}`} aria-expanded={props.expanded} onClick={props.onClick}>
      {props.children}
    </button>
  );
}

/** A button with only an icon; `pressed` makes it a switch. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      class={props.pressed === true ? 'icon-button pressed' : 'icon-button'}
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** A choice of a radio group. */
export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
  /** Why it cannot be chosen. */
  readonly disabled?: string;
}

/** A few choices side by side, one of them taken: native radio buttons, so that arrow keys choose. */
export function RadioGroup<Value extends string | number>(props: {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value | null;
  readonly onChoose: (value: Value) => void;
}): JSX.Element {
  return (
    <span class="segments" role="radiogroup" aria-label={props.label}>
      {props.choices.map(({ value, label, disabled }) => (
        <label key={value} class={segmentClass(value === props.value, disabled !== undefined)} title={disabled}>
          <input
            type="radio"
            name={props.name}
            checked={value === props.value}
            disabled={disabled !== undefined}
            onChange={() => {
              props.onChoose(value);
            }}
          />
          {label}
        </label>
      ))}
    </span>
  );
}

function segmentClass(chosen: boolean, disabled: boolean): string {
  return ['segment', chosen ? 'chosen' : '', disabled ? 'disabled' : ''].join(' ').trim();
}

/** A number on a scale, changed while it is dragged. */
export function Slider(props: {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  /** The value in words. */
  readonly text: string;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  return (
    <label class="slider">
      <span class="label">{props.label}</span>
      <input
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        aria-valuetext={props.text}
        onInput={(event) => {
          props.onChange(event.currentTarget.valueAsNumber);
        }}
      />
      <output>{props.text}</output>
    </label>
  );
}

/** A choice out of a list, for more choices than stand side by side. */
export function Select<Value extends string>(props: {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}): JSX.Element {
  return (
    <label class="labelled">
      <span class="label">{props.label}</span>
      <select
        value={props.value}
        onChange={(event) => {
          const chosen = props.choices.find(({ value }) => value === event.currentTarget.value);
          if (chosen !== undefined) props.onChoose(chosen.value);
        }}
      >
        {props.choices.map(({ value, label, disabled }) => (
          <option key={value} value={value} disabled={disabled !== undefined} title={disabled}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}
