/** Strengths that a person can choose: e^8 is three thousand times the attention. */
export const MOST_STRENGTH = 8;

/** Strengths of the curve, in the order in which they are computed: what was done so far always spans the whole range. */
export const CURVE_STRENGTHS: readonly number[] = [MOST_STRENGTH, 4, 2, 6, 1, 3, 5, 7];
