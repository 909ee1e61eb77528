/**
 * What the boxes count while random_mixed runs: SuperSlabs at their peak with slots shared by classes and with one class per
 * SuperSlab, the stages from which slabs came, and the hit rate of the warm pool. Nothing here depends on time.
 */

import type { Heap } from 'hakmem';
import { benchHeap, MAX_BYTES } from '../allocators/hakmem.js';
import { addressSlots } from '../allocators/subject.js';
import { type CompositionName, composition } from '../compositions.js';
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
  /** Of the refills that the steps asked for. */
  readonly hitRate: number;
  /** Misses before the first step: each class that is prewarmed fetches its first slab. */
  readonly prewarmMisses: number;
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
    sharedSlots: countComposition('standard'),
    oneClass: countComposition('one-class'),
    warmPool: WARM_SLOTS.map(warmCounts),
  };
}

/** Not prewarmed, which would take a SuperSlab for each class that nobody asks for when classes do not share. */
function countComposition(name: CompositionName): Composition {
  const { after } = runMixed(POOL_STEPS, POOL_SLOTS, composition(name, MAX_BYTES));
  const { reuse, unused, fresh } = after.stages;
  return { superSlabsAtPeak: after.superSlabs.peak, stages: { reuse, unused, fresh } };
}

function warmCounts(slots: number): WarmCounts {
  const { before, after } = runMixed(WARM_STEPS, slots, benchHeap({ memory: 'shared' }));
  if (before.warmPool === null || after.warmPool === null)
    throw new BenchError('the default composition has no warm pool');
  const hits = after.warmPool.hits - before.warmPool.hits;
  const misses = after.warmPool.misses - before.warmPool.misses;
  return {
    steps: WARM_STEPS,
    slots,
    hits,
    misses,
    prefills: after.warmPool.prefills - before.warmPool.prefills,
    hitRate: hits / (hits + misses),
    prewarmMisses: before.warmPool.misses,
  };
}

/** The counts of a heap before and after so many steps, blocks still held. Destroys it. */
function runMixed(steps: number, slots: number, heap: Heap) {
  const loop = randomMixed(slots).prepare({ blocks: heap, none: 0, slots: addressSlots });
  const before = heap.stats();
  loop.run(steps);
  const after = heap.stats();
  loop.drain();
  heap.destroy();
  return { before, after };
}
