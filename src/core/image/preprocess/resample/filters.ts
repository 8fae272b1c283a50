/** How pixels between pixels are found; names as in Pillow. */
export type Resampling = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

/** A kernel over [-support, support] that is stretched where the picture shrinks. */
export interface Filter {
  readonly support: number;
  weight(x: number): number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

// Pillow writes these two as 32-bit constants.
const HAMMING_MEAN = Math.fround(0.54);
const HAMMING_WAVE = Math.fround(0.46);

/** Kernels of Pillow's antialiased resampling, `nearest` apart. */
export const FILTERS: Readonly<Record<Exclude<Resampling, 'nearest'>, Filter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => {
      if (x === 0) return 1;
      return Math.abs(x) >= 1 ? 0 : sinc(x) * (HAMMING_MEAN + HAMMING_WAVE * Math.cos(x * Math.PI));
    },
  },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution with a = -0.5; x is not negative. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
