/**
 * `@hakmem/warm-pool`: per class, a few slabs at hand that are known to have room.
 *
 * @packageDocumentation
 */

import { type Capabilities, PAGE_BYTES, type RecipeOf, requireMethods } from '@hakmem/contracts';
import { MAX_SLABS, WARM_WORDS, Warm } from './warm.js';

export { MAX_SLABS, WARM_WORDS };

const CAPABILITIES: Capabilities<'owner', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'owner',
  grows: false,
  shrinks: false,
  zeroed: false,
  retries: false,
  stateInBuffer: true,
};

/** The recipe of a warm pool over a parent. Its size and prefill are read from the policy table. */
export function warmPool(): RecipeOf<'warm', Capabilities<'owner', true>> {
  return {
    box: 'warm-pool',
    contract: 'warm',
    capabilities: CAPABILITIES,
    words: () => WARM_WORDS,
    build(scope, parent) {
      requireMethods('warm-pool', 'parent', parent, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      return new Warm(scope, parent);
    },
  };
}
