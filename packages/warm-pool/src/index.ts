/**
 * `@hakmem/warm-pool`: per class, a few slabs at hand that are known to have room.
 *
 * @packageDocumentation
 */

import { type Recipe, requireMethods, type SlabSource, type WarmPool } from '@hakmem/contracts';
import { MAX_SLABS, WARM_WORDS, Warm } from './warm.js';

export { MAX_SLABS, WARM_WORDS };

/** The recipe of a warm pool over a parent. Its size and prefill are read from the policy table. */
export function warmPool(): Recipe<SlabSource, WarmPool> {
  return {
    box: 'warm-pool',
    words: () => WARM_WORDS,
    build(scope, parent) {
      requireMethods('warm-pool', 'parent', parent, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      return new Warm(scope, parent);
    },
  };
}
