import * as l10n from '@vscode/l10n';
import type { JSX } from 'preact';
import { Slider } from '../../lib/controls.js';

/** How far from the colour of a click what is taken with it may be, in Lab. */
export function ToleranceSlider(props: {
  readonly value: number;
  readonly onChange: (value: number) => void;
}): JSX.Element {
  const { value, onChange } = props;
  return (
    <Slider
      label={l10n.t('Tolerance')}
      min={2}
      max={60}
      step={1}
      value={value}
      text={String(value)}
      onChange={onChange}
    />
  );
}

/** Where it stands to begin with. */
export const USUAL_TOLERANCE = 14;
