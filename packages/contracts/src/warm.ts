/**
 * The contract of a warm pool: a slab source that keeps a few slabs per class, over a parent that keeps the others. Owning
 * thread only. The clauses of a slab source hold, too.
 *
 * The policy table says how many (POLICY_WARM_SIZE, POLICY_WARM_PREFILL). In which order a pool hands slabs out is its own
 * affair, unless it names itself last in, first out in the manifest of its suite.
 */

import type { SlabSource } from './source.js';

export const WARM = {
  // cost
  'WARM-1':
    'acquire and offer MUST cost O(size of the pool) at most; of a full pool one slab MUST go to the parent for each that is offered (the one offered first, where the pool is last in, first out).',
  // after
  'WARM-2': 'A pool found empty MUST take up to the prefill count more from what its parent holds, and no more.',
  'WARM-3':
    'Entries that have no room any more MUST be found by the 64th pop of their class at the latest, dropped, and counted as stale.',
  'WARM-4': 'Each slab that is handed out MUST count once: as a hit when the pool had it, else as a miss.',
  // policy
  'WARM-5':
    'After an offer a pool MUST NOT hold more slabs of the class than the policy says; with a size of 0 it MUST keep nothing new.',
} as const;

/** What a warm pool counts. */
export interface WarmStats {
  readonly hits: number;
  readonly misses: number;
  /** Slabs fetched ahead on a miss. */
  readonly prefills: number;
  /** Entries that a validation dropped. */
  readonly stale: number;
  /** hits / (hits + misses); 0 before the first. */
  readonly hitRate: number;
}

/** A link that keeps a few slabs per class. Owning thread only. */
export interface WarmPool extends SlabSource {
  stats(): WarmStats;
}
