/**
 * The full allocator composed of its boxes, box by box, and variants in which one of them is another or missing. `createHeap`
 * makes the first of these; the others are what the bench compares it with.
 */

import { largeBlocks } from '@hakmem/large';
import { sharedMemory } from '@hakmem/memory';
import { poolTls } from '@hakmem/pool-tls';
import { sharedPool } from '@hakmem/shared-pool-sp-slot';
import { superRegistry } from '@hakmem/super-registry';
import { tinyFront } from '@hakmem/tiny-front';
import { unifiedCache } from '@hakmem/unified-cache';
import { warmPool } from '@hakmem/warm-pool';
import { compose, type Heap, type Parts } from 'hakmem';

/** What a composition has in place of the standard boxes. */
type Variant = () => Partial<Parts>;

const VARIANTS = {
  /** As createHeap makes it, without prewarming. */
  standard: () => ({}),
  'one-class': () => ({ pool: sharedPool({ slotSharing: false }) }),
  'no-affinity': () => ({ pool: sharedPool({ classAffinity: false }) }),
  'no-warm-pool': () => ({ warm: null }),
} satisfies Record<string, Variant>;

export type CompositionName = keyof typeof VARIANTS;

/** A heap on shared memory, composed box by box. */
export function composition(name: CompositionName, maxBytes: number): Heap {
  return compose({
    memory: sharedMemory({ maxBytes }),
    registry: superRegistry(),
    pool: sharedPool(),
    warm: warmPool(),
    cache: unifiedCache(),
    front: tinyFront(),
    mid: poolTls(),
    large: largeBlocks(),
    ...VARIANTS[name](),
  });
}
