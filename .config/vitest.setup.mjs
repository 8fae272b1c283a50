import { buildKernels } from './kernels.mjs';

export default buildKernels;
