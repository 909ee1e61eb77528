/**
 * `@hakmem/unified-cache`: per class, a stack of free blocks between the fronts and the slabs.
 *
 * @packageDocumentation
 */

import { type Capabilities, PAGE_BYTES, type RecipeOf, requireMethods } from '@hakmem/contracts';
import { CACHE_WORDS, Cache } from './cache.js';

export { CACHE_WORDS };

const CAPABILITIES: Capabilities<'owner', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'owner',
  grows: false,
  shrinks: true,
  zeroed: false,
  retries: false,
  stateInBuffer: true,
};

/** The recipe of a cache over a source of slabs. Caps, batches and the drain interval are read from the policy table. */
export function unifiedCache(): RecipeOf<'cache', Capabilities<'owner', true>> {
  return {
    box: 'unified-cache',
    contract: 'cache',
    capabilities: CAPABILITIES,
    words: () => CACHE_WORDS,
    build(scope, needs) {
      const { source, remote } = needs;
      requireMethods('unified-cache', 'slab source', source, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      if (remote !== null) requireMethods('unified-cache', 'remote queue', remote, ['take', 'nextClass', 'isTold']);
      return new Cache(scope, needs);
    },
  };
}
