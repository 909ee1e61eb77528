/** Composing a heap out of boxes. */

import { type AddressSpace, BLOCK_BYTES, type BlockCache } from '@hakmem/contracts';
import { Blueprint } from './blueprint.js';
import type { HeapHandle } from './handle.js';
import { Heap } from './heap.js';
import { type Parts, recipesOf, threadLimit } from './parts.js';
import { LAYOUT_VERSION } from './threads.js';
import { currentWorker } from './worker.js';

/** Largest block of the classes that prewarming is for. */
const PREWARM_MAX_BYTES = 2_048;

/**
 * Builds a heap out of parts. Throws a CompositionError that says which box wants what of which when parts do not fit, and
 * an OptionError when a number is out of range. The calling thread is its first; others attach.
 */
export function compose(parts: Parts): Heap {
  const limit = threadLimit(parts);
  const blueprint = new Blueprint(recipesOf(parts, limit), parts.memory, limit);
  const control = parts.memory.control(blueprint.words, blueprint.liveBytes);
  const site = blueprint.lay(control, true);
  parts.policy?.(site.ground.policy);
  const thread = site.threads.claim(currentWorker());
  const boxes = blueprint.build(site, { thread, log: parts.log ?? null, fresh: true });
  prewarm(boxes.cache, parts.prewarmCount ?? 0);
  return new Heap(boxes, {
    handle: () => handleOf(blueprint, parts.memory, control.words.buffer),
    end: 'destroy',
    onDestroy: parts.onDestroy,
  });
}

/** Lets each class up to 2 KiB cache `blocks` blocks. */
export function prewarm(cache: BlockCache, blocks: number): void {
  for (let c = 0; blocks > 0 && BLOCK_BYTES[c] <= PREWARM_MAX_BYTES; c++) cache.prewarm(c, blocks);
}

function handleOf(blueprint: Blueprint, space: AddressSpace, control: ArrayBufferLike): HeapHandle | null {
  const memory = space.handle();
  if (memory === null || blueprint.limit === 1) return null;
  const { limit, words } = blueprint;
  return {
    hakmem: LAYOUT_VERSION,
    control: control as SharedArrayBuffer,
    words,
    threads: limit,
    memory,
    boxes: blueprint.roles(),
  };
}
