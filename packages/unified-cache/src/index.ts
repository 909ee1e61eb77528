/**
 * `@hakmem/unified-cache`: per class, a stack of free blocks between the fronts and the slabs.
 *
 * @packageDocumentation
 */

import { type BlockCache, type Recipe, requireMethods, type SlabSource } from '@hakmem/contracts';
import { CACHE_WORDS, Cache } from './cache.js';

export { CACHE_WORDS };

/** The recipe of a cache over a source of slabs. Caps, batches and the drain interval are read from the policy table. */
export function unifiedCache(): Recipe<SlabSource, BlockCache> {
  return {
    box: 'unified-cache',
    words: () => CACHE_WORDS,
    build(scope, source) {
      requireMethods('unified-cache', 'slab source', source, ['acquire', 'spare', 'offer', 'retire', 'held', 'verify']);
      return new Cache(scope, source);
    },
  };
}
