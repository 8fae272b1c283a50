export { lookAtRows } from './rows';
export { correlate, weigh } from './torus';
