/**
 * `@hakmem/unified-cache`: per class, a stack of free blocks between the fronts and the slabs.
 *
 * @packageDocumentation
 */

import { type BlockCache, type CacheNeeds, type Recipe, requireMethods } from '@hakmem/contracts';
import { CACHE_WORDS, Cache } from './cache.js';

export { CACHE_WORDS };

/** The recipe of a cache over a source of slabs. Caps, batches and the drain interval are read from the policy table. */
export function unifiedCache(): Recipe<CacheNeeds, BlockCache> {
  return {
    box: 'unified-cache',
    words: () => CACHE_WORDS,
    build(scope, needs) {
      const { source, remote } = needs;
      requireMethods('unified-cache', 'slab source', source, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      if (remote !== null) requireMethods('unified-cache', 'remote queue', remote, ['take', 'nextClass', 'isTold']);
      return new Cache(scope, needs);
    },
  };
}
