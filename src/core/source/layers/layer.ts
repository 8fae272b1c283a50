import type { ParameterValue } from '../evaluate/value.js';
import type { Size } from '../sizes/size.js';

/** Parameters of a layer that a library makes, and layers inside it. */
export interface Layer {
  readonly parameters: Readonly<
    Record<
      string,
      { readonly shape: readonly Size[] | null; readonly present: ParameterValue['present']; readonly buffer?: true }
    >
  >;
  readonly parts?: Readonly<Record<string, Layer>>;
}
