/** `attachHeap`: the heap of another thread, in this one. */

import { type AddressSpace, ArgumentError, AttachError, DestroyedError, groundLiveBytes } from '@hakmem/contracts';
import { openMemory } from '@hakmem/memory';
import { Blueprint, type Site } from './blueprint.js';
import { prewarm } from './compose.js';
import { checkFit } from './fit.js';
import type { HeapHandle, RoleOfBox } from './handle.js';
import { type BoxParts, recipesOf } from './parts.js';
import { SharedHeap } from './shared-heap.js';
import { LAYOUT_VERSION } from './threads.js';
import { currentWorker } from './worker.js';

/** How to attach. The boxes must be those that the heap was composed of; the standard ones need not be given. */
export interface AttachParts extends BoxParts {
  /** The address space, when it is none of @hakmem/memory: one over the memory of `handle.memory`. */
  readonly memory?: AddressSpace | undefined;
  /**
   * Instead of becoming a thread of its own, work as the thread with this number, on its caches. All who do so, and that
   * thread itself, must take turns: the caller holds a lock around every call. For comparison, and for threads that are one
   * at a time.
   */
  readonly as?: number | undefined;
}

/**
 * Attaches the calling thread to the heap of a handle: from now on it allocates and frees on its own, with every other
 * thread. Throws an AttachError that says what differs when the handle is of another version or composition, or when all
 * thread numbers are taken, and a DestroyedError when the heap has been destroyed. O(thread regions): some ten microseconds.
 */
export function attachHeap(handle: HeapHandle, parts: AttachParts = {}): SharedHeap {
  checkHandle(handle);
  const space = parts.memory ?? openMemory(handle.memory);
  const recipes = recipesOf(parts, handle.threads);
  checkFit(recipes, handle.threads);
  const blueprint = new Blueprint(recipes, space, handle.threads);
  compare(handle, blueprint, space);
  const words = new Int32Array(handle.control, 0, handle.words);
  const live = new Uint8Array(handle.control, 4 * handle.words, groundLiveBytes(space.pageLimit));
  const site = blueprint.lay({ words, live }, false);
  if (site.threads.layout !== handle.hakmem)
    throw new AttachError('the control buffer is not of the heap of the handle');
  if (site.threads.closed) throw new DestroyedError('attachHeap');
  const thread = parts.as === undefined ? claim(site) : existing(site, parts.as);
  const boxes = blueprint.build(site, { thread, log: parts.log ?? null, fresh: parts.as === undefined });
  prewarm(boxes.cache, parts.prewarmCount ?? 0);
  return new SharedHeap(boxes, { handle: () => handle, end: parts.as === undefined ? 'detach' : 'close' });
}

function claim({ threads }: Site): number {
  const thread = threads.claim(currentWorker());
  if (thread !== 0) return thread;
  throw new AttachError(
    `all ${threads.limit} threads of the heap are taken: one has to detach, or to be reaped when it is dead`,
  );
}

function existing({ threads }: Site, thread: number): number {
  if (Number.isInteger(thread) && thread >= 1 && thread <= threads.limit && threads.isTaken(thread)) return thread;
  throw new ArgumentError('as', thread, 'the number of a thread of the heap');
}

function checkHandle(handle: HeapHandle): void {
  const given = handle as Partial<HeapHandle> | null | undefined;
  if (typeof given !== 'object' || given === null || typeof given.hakmem !== 'number') {
    throw new ArgumentError('handle', handle, 'the handle of a heap');
  }
  if (given.hakmem !== LAYOUT_VERSION) {
    throw new AttachError(
      `the heap has layout version ${given.hakmem}, this hakmem has ${LAYOUT_VERSION}: use one version in all threads`,
    );
  }
  const whole = given.control instanceof SharedArrayBuffer && Array.isArray(given.boxes);
  if (!whole) throw new ArgumentError('handle', handle, 'the handle of a heap, with its control buffer');
}

/** Throws an AttachError unless this thread composes the heap as its founder did. */
function compare(handle: HeapHandle, blueprint: Blueprint, space: AddressSpace): void {
  const { firstPage, pageLimit } = handle.memory;
  if (space.firstPage !== firstPage || space.pageLimit !== pageLimit) {
    const pages = `pages ${space.firstPage} to ${space.pageLimit}`;
    throw new AttachError(`memory: the heap has pages ${firstPage} to ${pageLimit}, this thread gives ${pages}`);
  }
  const mine = blueprint.roles();
  for (const [i, theirs] of handle.boxes.entries()) {
    const same = mine[i]?.role === theirs.role && mine[i]?.box === theirs.box && mine[i]?.words === theirs.words;
    if (!same)
      throw new AttachError(
        `${theirs.role}: the heap has ${inWords(theirs)}, this thread composes ${inWords(mine[i])}`,
      );
  }
  if (blueprint.words !== handle.words) {
    throw new AttachError(`the heap has ${handle.words} control words, this thread composes ${blueprint.words}`);
  }
}

function inWords(box: RoleOfBox | undefined): string {
  return box === undefined ? 'none' : `${box.box} with ${box.words} words`;
}
