/**
 * What the boxes count while random_mixed runs: SuperSlabs at their peak with slots shared by classes and with one class per
 * SuperSlab, the stages from which slabs came, and the hit rate of the warm pool. Nothing here depends on time.
 */

import { benchHeap } from '../allocators/hakmem.js';
import { addressSlots } from '../allocators/subject.js';
import { BenchError } from '../errors.js';
import { randomMixed } from '../workloads/churn.js';

export interface Stages {
  readonly reuse: number;
  readonly unused: number;
  readonly fresh: number;
}

export interface WarmCounts {
  readonly steps: number;
  readonly slots: number;
  readonly hits: number;
  readonly misses: number;
  readonly prefills: number;
  readonly hitRate: number;
}

export interface Composition {
  readonly superSlabsAtPeak: number;
  readonly stages: Stages;
}

export interface Counts {
  readonly steps: number;
  readonly slots: number;
  readonly sharedSlots: Composition;
  readonly oneClass: Composition;
  readonly warmPool: readonly WarmCounts[];
}

const POOL_STEPS = 200_000;
const POOL_SLOTS = 4_096;
const WARM_STEPS = 1_000_000;
const WARM_SLOTS = [256, 4_096];

export function countSlabs(): Counts {
  return {
    steps: POOL_STEPS,
    slots: POOL_SLOTS,
    sharedSlots: composition(true),
    oneClass: composition(false),
    warmPool: WARM_SLOTS.map(warmCounts),
  };
}

function composition(slotSharing: boolean): Composition {
  const { superSlabs, stages } = runMixed(POOL_STEPS, POOL_SLOTS, slotSharing);
  const { reuse, unused, fresh } = stages;
  return { superSlabsAtPeak: superSlabs.peak, stages: { reuse, unused, fresh } };
}

function warmCounts(slots: number): WarmCounts {
  const { warmPool } = runMixed(WARM_STEPS, slots, true);
  if (warmPool === null) throw new BenchError('the default composition has no warm pool');
  const { hits, misses, prefills, hitRate } = warmPool;
  return { steps: WARM_STEPS, slots, hits, misses, prefills, hitRate };
}

/** The counts of a fresh heap after so many steps, blocks still held. */
function runMixed(steps: number, slots: number, slotSharing: boolean) {
  const heap = benchHeap({ memory: 'shared', slotSharing });
  const loop = randomMixed(slots).prepare({ blocks: heap, none: 0, slots: addressSlots });
  loop.run(steps);
  const stats = heap.stats();
  loop.drain();
  heap.destroy();
  return stats;
}
