/** The composition: all boxes as they are, but for the warm pool. For `--compose` of the bench. */

import { densePool } from './src/dense-pool.js';

export const name = 'dense';

export default { warm: densePool() };
