/** Composing a heap out of boxes. */

import { type AddressSpace, BLOCK_BYTES, type BlockCache, requireMethods } from '@hakmem/contracts';
import { Blueprint } from './blueprint.js';
import { checkedParts } from './checked.js';
import { checkFit, type Fitting, type HeapOf, threadLimit } from './fit.js';
import type { HeapHandle } from './handle.js';
import { Heap } from './heap.js';
import { checkNames, type Parts, recipesOf } from './parts.js';
import { SharedHeap } from './shared-heap.js';
import { LAYOUT_VERSION } from './threads.js';
import { currentWorker } from './worker.js';

/** Largest block of the classes that prewarming is for. */
const PREWARM_MAX_BYTES = 2_048;

/**
 * Builds a heap out of parts. Parts that do not fit are an error of the compiler that says why, and a CompositionError at
 * construction, which says which box wants what of which; an OptionError says that a number is out of range. The calling
 * thread is the heap's first; others attach where it is a {@link SharedHeap}.
 */
export function compose<const P extends Parts>(parts: P & Fitting<P>): HeapOf<P> {
  checkNames(parts);
  return assemble(parts.checked ? checkedParts<Parts>(parts) : parts) as HeapOf<P>;
}

/** The same without the checks of types, and without checked boxes: what does not import `compose` does not carry them. */
export function assemble(parts: Parts): Heap {
  const limit = threadLimit(parts);
  const recipes = recipesOf(parts, limit);
  checkFit(recipes, limit);
  if (limit > 1) requireMethods('compose', 'memory', parts.memory, ['handle']);
  const blueprint = new Blueprint(recipes, parts.memory, limit);
  const control = parts.memory.control(blueprint.words, blueprint.liveBytes);
  const site = blueprint.lay(control, true);
  parts.policy?.(site.ground.policy);
  const thread = site.threads.claim(currentWorker());
  const boxes = blueprint.build(site, { thread, log: parts.log ?? null, fresh: true });
  prewarm(boxes.cache, parts.prewarmCount ?? 0);
  const terms = { end: 'destroy', onDestroy: parts.onDestroy } as const;
  if (limit === 1) return new Heap(boxes, terms);
  const handle = (): HeapHandle => handleOf(blueprint, parts.memory, control.words.buffer);
  return new SharedHeap(boxes, { ...terms, handle });
}

/** Lets each class up to 2 KiB cache `blocks` blocks. */
export function prewarm(cache: BlockCache, blocks: number): void {
  for (let c = 0; blocks > 0 && BLOCK_BYTES[c] <= PREWARM_MAX_BYTES; c++) cache.prewarm(c, blocks);
}

function handleOf(blueprint: Blueprint, space: AddressSpace, control: ArrayBufferLike): HeapHandle {
  const { limit, words } = blueprint;
  return {
    hakmem: LAYOUT_VERSION,
    control: control as SharedArrayBuffer,
    words,
    threads: limit,
    memory: space.handle!(),
    boxes: blueprint.roles(),
  };
}
