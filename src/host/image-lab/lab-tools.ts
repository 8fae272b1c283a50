import type { Products } from '../../core/analysis/image/products.js';
import type { HeadSolver } from '../../core/linalg/head-solver.js';

/** What computes, with memory of its own that is kept from one task to the next. */
export interface LabTools {
  readonly products: Products;
  readonly solver: HeadSolver;
}
