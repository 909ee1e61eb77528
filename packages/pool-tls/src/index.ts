/**
 * `@hakmem/pool-tls`: the hot path of mid sizes, above 1 KiB to 256 KiB: size → class by arithmetic, then the cache, whose
 * refills bring 1 to 4 spans at once.
 *
 * With 8 steps per doubling, the class of a size is its power of two and the three bits below the highest:
 *
 *   bytes − 1 = 1 b b b x x x …      class = 32 + 8 × (exponent − 10) + bbb = 8 × exponent + 1bbb − 56
 *
 * A table would need 2,048 entries; this needs none. Smaller requests get the smallest mid class, so a composition without
 * tiny-front works. Owning thread only; O(1), no objects, no atomics.
 *
 * @packageDocumentation
 */

import {
  type Address,
  type BlockCache,
  type Capabilities,
  CLASS_COUNT,
  type Front,
  integerOption,
  MID_MAX_BYTES,
  midBatch,
  PAGE_BYTES,
  policyBatch,
  type RecipeOf,
  requireMethods,
  type SizeClass,
  TINY_CLASS_COUNT,
} from '@hakmem/contracts';

/** Options of {@link poolTls}. */
export interface PoolTlsOptions {
  /**
   * Spans that a refill fetches at most (1 … 4); fewer where half of the class's cap is less. Not given: what the policy
   * table says, by default 2.
   */
  readonly refillSpans?: number | undefined;
}

const CAPABILITIES: Capabilities<'owner', true> = {
  alignment: PAGE_BYTES,
  concurrency: 'owner',
  grows: false,
  shrinks: false,
  zeroed: false,
  retries: false,
  stateInBuffer: true,
};

/** The recipe of the front over a cache. Throws an OptionError when an option is out of range. */
export function poolTls(options: PoolTlsOptions = {}): RecipeOf<'front', Capabilities<'owner', true>> {
  const spans = options.refillSpans === undefined ? null : integerOption('refillSpans', options.refillSpans, 1, 4);
  return {
    box: 'pool-tls',
    contract: 'front',
    capabilities: CAPABILITIES,
    words: () => 0,
    build({ policy, founding }, cache) {
      requireMethods('pool-tls', 'cache', cache, ['take', 'give']);
      for (let c = TINY_CLASS_COUNT; founding && spans !== null && c < CLASS_COUNT; c++) {
        policy.words[policy.start + policyBatch(c)] = midBatch(c, spans);
      }
      return new PoolTls(cache);
    },
  };
}

class PoolTls implements Front {
  readonly maxBytes = MID_MAX_BYTES;
  private readonly cache: BlockCache;

  constructor(cache: BlockCache) {
    this.cache = cache;
  }

  malloc(bytes: number): Address | 0 {
    return this.cache.take(this.classOf(bytes));
  }

  free(sizeClass: SizeClass, address: Address): boolean {
    return this.cache.give(sizeClass, address);
  }

  classOf(bytes: number): SizeClass {
    if (bytes <= 1_024) return 32;
    const last = bytes - 1;
    const exponent = 31 - Math.clz32(last);
    return (exponent << 3) + (last >>> (exponent - 3)) - 56;
  }
}
