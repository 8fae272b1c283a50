export { blurRows } from './blur';
export { differenceRow, scanRow } from './extrema';
export { gradientHistogram } from './gradients';
export { refine } from './refine';
export { doubleRow, halveRow } from './resize';
