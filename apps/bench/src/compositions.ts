/**
 * The full allocator composed of its boxes, box by box, and the variants of the ablations (ablations/groups.ts says
 * what each is for), in which one box is another, set otherwise, or missing, or something is put over the heap.
 */

import {
  CLASS_COUNT,
  MAX_CAP,
  POLICY_DRAIN_INTERVAL,
  POLICY_RETAIN,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  policyBatch,
  policyCap,
} from '@hakmem/contracts';
import { largeBlocks } from '@hakmem/large';
import { localMemory, sharedMemory } from '@hakmem/memory';
import { poolTls } from '@hakmem/pool-tls';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import { compose, type Heap, type Parts } from 'hakmem';
import type { CompositionName } from './ablations/groups.js';
import type { Blocks } from './allocators/subject.js';
import { CheckedHeaderHeap, HeaderHeap } from './boxes/header-heap.js';
import { IdleTrim } from './boxes/idle-trim.js';
import { oneSpeedCache } from './boxes/one-speed-cache.js';
import { eagerRegistry, untieredRegistry } from './boxes/registries.js';

export type { CompositionName };

/** What a workload calls: the heap, or what is put over it. */
export interface Verbs extends Blocks<number> {
  /** Gives the blocks that it keeps of the heap back. Without it, it keeps none. */
  letGo?(): void;
  /** How often it asked the heap for blocks to keep, and gave some back. */
  readonly exchanges?: { readonly refills: number; readonly flushes: number };
}

/** A heap with what a workload calls of it. */
export interface Composed {
  readonly heap: Heap;
  readonly verbs: Verbs;
}

interface Build {
  /** In place of the standard boxes, in a heap of `maxBytes`. */
  readonly parts?: (maxBytes: number) => Partial<Parts>;
  readonly over?: (heap: Heap) => Verbs;
}

const BUILDS: Readonly<Record<CompositionName, Build>> = {
  standard: {},
  'standard-local': { parts: local },
  'one-speed': { parts: () => ({ cache: oneSpeedCache() }) },
  'tiny-only': { parts: () => ({ mid: null }) },
  'pool-only': { parts: () => ({ front: null }) },
  untiered: { parts: (maxBytes) => ({ ...local(maxBytes), registry: untieredRegistry() }) },
  'retain-0': { parts: (maxBytes) => ({ ...local(maxBytes), ...policy({ [POLICY_RETAIN]: 0 }) }) },
  'eager-free': {
    parts: (maxBytes) => ({ ...local(maxBytes), ...policy({ [POLICY_RETAIN]: 0 }), registry: eagerRegistry() }),
  },
  'refill-one': { parts: () => policy(ofEachClass(policyBatch, () => 1)) },
  'small-caches': { parts: () => policy(ofEachClass(policyCap, (c) => Math.max(1, MAX_CAP[c] >>> 3))) },
  'idle-trim': { parts: local, over: (heap) => new IdleTrim(heap, false) },
  'idle-trim-force': { parts: local, over: (heap) => new IdleTrim(heap, true) },
  'warm-16-no-prefill': { parts: () => policy({ [POLICY_WARM_PREFILL]: 0 }) },
  'warm-4': { parts: () => policy({ [POLICY_WARM_SIZE]: 4 }) },
  'warm-4-no-prefill': { parts: () => policy({ [POLICY_WARM_SIZE]: 4, [POLICY_WARM_PREFILL]: 0 }) },
  'warm-0': { parts: () => policy({ [POLICY_WARM_SIZE]: 0 }) },
  'no-warm-pool': { parts: () => ({ warm: null }) },
  'prewarm-16': { parts: () => ({ prewarmCount: 16 }) },
  'one-class': { parts: () => ({ pool: sharedPool({ slotSharing: false }) }) },
  'drain-512': { parts: () => policy({ [POLICY_DRAIN_INTERVAL]: 512 }) },
  'drain-2048': { parts: () => policy({ [POLICY_DRAIN_INTERVAL]: 2_048 }) },
  'drain-4096': { parts: () => policy({ [POLICY_DRAIN_INTERVAL]: 4_096 }) },
  'no-affinity': { parts: () => ({ pool: sharedPool({ classAffinity: false }) }) },
  'mid-batch-1': { parts: () => ({ mid: poolTls({ refillSpans: 1 }) }) },
  'mid-batch-4': { parts: () => ({ mid: poolTls({ refillSpans: 4 }) }) },
  header: { parts: () => ({ cache: oneSpeedCache() }), over: (heap) => new HeaderHeap(heap) },
  'header-checked': { parts: () => ({ cache: oneSpeedCache() }), over: (heap) => new CheckedHeaderHeap(heap) },
};

/** The heap of a composition, of `maxBytes` at most. */
export function composition(name: CompositionName, maxBytes: number): Heap {
  return heapOf(BUILDS[name].parts?.(maxBytes) ?? {}, maxBytes);
}

/** A heap of the standard boxes but for those that are given; in shared memory unless `parts` has another. */
export function heapOf(parts: Partial<Parts>, maxBytes: number): Heap {
  return compose({
    memory: parts.memory ?? sharedMemory({ maxBytes }),
    registry: superRegistry(),
    pool: sharedPool(),
    warm: warmPool(),
    cache: unifiedCache(),
    front: tinyFront(),
    mid: poolTls(),
    large: largeBlocks(),
    ...parts,
  });
}

/** The same with what a workload calls of it. */
export function composed(name: CompositionName, maxBytes: number): Composed {
  const heap = composition(name, maxBytes);
  return { heap, verbs: BUILDS[name].over?.(heap) ?? heap };
}

function local(maxBytes: number): Partial<Parts> & Pick<Parts, 'memory'> {
  return { memory: localMemory({ maxBytes }) };
}

/** Entries of the policy table that differ from the defaults, by index. */
type Entries = Readonly<Record<number, number>>;

function policy(entries: Entries): Partial<Parts> {
  return {
    policy: ({ words, start }) => {
      for (const [index, value] of Object.entries(entries)) words[start + Number(index)] = value;
    },
  };
}

function ofEachClass(index: (c: number) => number, value: (c: number) => number): Entries {
  return Object.fromEntries(Array.from({ length: CLASS_COUNT }, (_, c) => [index(c), value(c)]));
}
