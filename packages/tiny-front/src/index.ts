/**
 * `@hakmem/tiny-front`: the hot path up to 1,024 bytes: size → class by one table look-up, then the cache.
 *
 * The table has an entry per 16 bytes (65 bytes, two lines of the processor's cache). Requests below 16 bytes are served
 * by the class of 16: every address is a multiple of 16. Owning thread only; O(1), no objects, no atomics.
 *
 * @packageDocumentation
 */

import {
  type Address,
  type BlockCache,
  type Capabilities,
  classOf,
  type Front,
  GRANULE_BYTES,
  PAGE_BYTES,
  type RecipeOf,
  requireMethods,
  type SizeClass,
  TINY_MAX_BYTES,
} from '@hakmem/contracts';

const CAPABILITIES: Capabilities<'owner', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'owner',
  grows: false,
  shrinks: false,
  zeroed: false,
  retries: false,
  stateInBuffer: true,
};

/** The recipe of the front over a cache. It has no words of its own. */
export function tinyFront(): RecipeOf<'front', Capabilities<'owner', true>> {
  return {
    box: 'tiny-front',
    contract: 'front',
    capabilities: CAPABILITIES,
    words: () => 0,
    build(_scope, cache) {
      requireMethods('tiny-front', 'cache', cache, ['take', 'give']);
      return new TinyFront(cache);
    },
  };
}

/** Class of a request, by its size in granules, rounded up. */
const CLASSES = Uint8Array.from({ length: TINY_MAX_BYTES / GRANULE_BYTES + 1 }, (_, granules) =>
  classOf(granules * GRANULE_BYTES),
);

class TinyFront implements Front {
  readonly maxBytes = TINY_MAX_BYTES;
  private readonly cache: BlockCache;
  private readonly classes: Uint8Array;

  constructor(cache: BlockCache) {
    this.cache = cache;
    this.classes = CLASSES;
  }

  malloc(bytes: number): Address | 0 {
    return this.cache.take(this.classes[(bytes + 15) >>> 4]);
  }

  free(sizeClass: SizeClass, address: Address): boolean {
    return this.cache.give(sizeClass, address);
  }

  classOf(bytes: number): SizeClass {
    return this.classes[(bytes + 15) >>> 4];
  }
}
