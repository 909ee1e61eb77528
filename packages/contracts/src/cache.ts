/**
 * The contract of a block cache: stacks of addresses per class, which hand blocks out and take them back, and keep the live
 * bytes of their slabs. Owning thread only; the hot box.
 *
 *   of each slab:  live + cached + room + news = blocks
 *
 * A cache may cache nothing: refill one block with each take and let go of one with each give. What is said of stacks and of
 * what is cached (-3, -5, -7) then binds it to nothing; all else is the duty of every cache.
 *
 * Capabilities: `alignment`: blocks of a class whose size is a multiple of it start at multiples of it · `shrinks`: drains and
 * flushes give slabs back.
 */

import type { Walkable } from './general.js';
import type { RemoteQueue } from './remote.js';
import type { SlabSource } from './source.js';
import type { Address, SizeClass } from './units.js';

export const CACHE = {
  // after
  'CACHE-1': 'take MUST return a block that was not live, and its live byte MUST be 1 before the caller has it.',
  'CACHE-2': 'give MUST answer false for a block that is not live, and change nothing.',
  // always
  'CACHE-3': 'A cached address MUST NOT be live, and MUST NOT be cached twice.',
  'CACHE-4':
    'For each slab live + cached + room + news MUST be its blocks; there are news only where others have told of them.',
  'CACHE-5': 'A full stack MUST let the older half go; a slab of it that is all room MUST be retired at once.',
  'CACHE-6':
    'After each drain interval of blocks let go, slabs with nothing live MUST be retired though blocks of theirs were cached.',
  // cost
  'CACHE-7': 'take and give MUST call no Atomics and make no objects unless they refill or flush.',
  // threads
  'CACHE-8':
    'Blocks that other threads have freed MUST be found by the next refill that has no slab with room at hand.',
  'CACHE-9': 'A slab that other threads have emptied MUST be retired though its class is not asked for again.',
  // after, once more
  'CACHE-10':
    'take MUST answer the start of a block of a slab of the class that its thread owns, or 0 when memory is exhausted.',
  // policy
  'CACHE-11': 'A class MUST NOT cache more blocks than its cap; a refill MUST NOT bring more than its batch.',
  // before
  'CACHE-12': 'The caller MUST give a live block under the class of its slab, a slab that its thread owns.',
  // after, the cold verbs
  'CACHE-13':
    'prewarm MUST fill only a class that has nothing cached, make nothing live, and say how many blocks are cached then.',
  'CACHE-14': 'After flushAll nothing MUST be cached, and after retireIdle no slab MUST be all room.',
  // always, the counts
  'CACHE-15':
    'Each block that a refill brings or that is let go, each drain and each slab retired MUST be counted: of a class, cached = refilled + given - taken - flushed, less what was cached of slabs that a drain retired.',
  // failure
  'CACHE-16':
    'take MUST NOT answer 0 while a block of the class is free in a slab of its thread, or a slab of any class has nothing live and nothing cached.',
} as const;

/** What a cache counts, modulo 2³²; nothing is counted on the hot path. */
export interface CacheStats {
  readonly refills: number;
  /** Blocks that refills brought. */
  readonly refilled: number;
  readonly flushes: number;
  /** Blocks that flushes let go of. */
  readonly flushed: number;
  readonly drains: number;
  /** Slabs found with nothing live, and retired. */
  readonly retired: number;
}

/** What a cache stands on. */
export interface CacheNeeds {
  /** Where slabs with room come from. */
  readonly source: SlabSource;
  /** Where frees by other threads are told; null where there are none. */
  readonly remote: RemoteQueue | null;
}

/** Stacks of addresses per class. Owning thread only. */
export interface BlockCache extends Walkable {
  /** A block of the class, live from now on; 0 when memory is exhausted. Hot. */
  take(sizeClass: SizeClass): Address | 0;
  /** Takes a block of one of its slabs back; false, and nothing changed, when it is not live. Hot. */
  give(sizeClass: SizeClass, address: Address): boolean;
  /** Fills the class's stack, if it is empty, as one refill of up to `blocks` blocks does; says how many it has. */
  prewarm(sizeClass: SizeClass, blocks: number): number;
  /** Takes the news of the class, lets go of cached blocks whose slab has nothing live, and retires those slabs. */
  drain(sizeClass: SizeClass): void;
  /** Lets go of all cached blocks of all classes. */
  flushAll(): void;
  /** Retires the slabs that are held though nothing of them is live or cached. */
  retireIdle(): void;
  /** Visits every cached address. */
  cached(visit: (sizeClass: SizeClass, address: Address) => void): void;
  stats(): CacheStats;
}
