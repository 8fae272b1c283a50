export { fold, roundingSum } from './fold';
export { widenHalves } from './halves';
export { orthogonalise } from './orthogonal';
export { multiplyTransposed } from './product';
export { decompose } from './spectrum';
export { factorise, invertLower, squaredNorm, transpose } from './triangular';
export { addScaled, dot } from './vectors';
