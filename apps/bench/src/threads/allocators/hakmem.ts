/**
 * hakmem, and compositions of the user's own, with several Workers: each attaches to the heap and has a region of its own. Or
 * all use the region of the thread that made it, one at a time, behind a lock, as one would share an allocator that knows no
 * threads.
 *
 * Nothing may be live in the end, and the heap must verify clean.
 */

import { type AttachParts, attachHeap, checkedParts, createHeap, type Heap, type HeapHandle, SharedHeap } from 'hakmem';
import { auditEmpty, benchHeap, MAX_BYTES } from '../../allocators/hakmem.js';
import { heapOf } from '../../compositions.js';
import { UnsupportedError } from '../../errors.js';
import { loadOwn } from '../../own/composition.js';
import { lockMemory } from '../lock.js';
import { LockedAligned } from './locked.js';
import type { Attached, Ground, Sharing } from './sharing.js';

export const attachedHeap: Sharing = {
  create: () => groundOf(benchHeap({})),
  attach: (handle) => attached(handle, {}),
};

/** A heap of the user's own composition. */
export async function ownHeap(asked: string): Promise<Sharing> {
  const { parts } = await loadOwn(asked);
  return {
    create: () => groundOf(heapOf(parts(), MAX_BYTES)),
    attach(handle) {
      const own = parts();
      return attached(handle, own.checked ? checkedParts(own) : own);
    },
  };
}

/** The main thread's side of a heap. Throws an UnsupportedError when no other thread can attach to it. */
export function groundOf(heap: Heap): Ground {
  if (!(heap instanceof SharedHeap)) throw new UnsupportedError('n/a: for one thread');
  return { handle: heap.handle, audit: () => auditEmpty(heap) };
}

function attached(handle: unknown, parts: AttachParts): Attached {
  const heap = attachHeap(handle as HeapHandle, parts);
  return { blocks: heap, buffer: heap.buffer, leave: () => heap.detach() };
}

interface LockedHandle {
  readonly heap: HeapHandle;
  readonly threadId: number;
  readonly lock: SharedArrayBuffer;
}

export const lockedHeap: Sharing = {
  create(): Ground {
    const heap = createHeap({ maxBytes: MAX_BYTES, memory: 'shared' });
    const handle: LockedHandle = { heap: heap.handle, threadId: heap.threadId, lock: lockMemory() };
    return { handle, audit: () => auditEmpty(heap) };
  },
  attach(handle) {
    const { heap, threadId, lock } = handle as LockedHandle;
    const alias = attachHeap(heap, { as: threadId });
    return { blocks: new LockedAligned(alias, lock), buffer: alias.buffer };
  },
};
