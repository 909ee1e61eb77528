/**
 * hakmem with several Workers, in two ways: each Worker attaches to the heap and has a region of its own; or all use the
 * region of the thread that made it, one at a time, behind a lock, as one would share an allocator that knows no threads.
 *
 * Nothing may be live in the end, and the heap must verify clean.
 */

import { attachHeap, type HeapHandle } from 'hakmem';
import { auditEmpty, benchHeap } from '../../allocators/hakmem.js';
import { lockMemory } from '../lock.js';
import { LockedAligned } from './locked.js';
import type { Ground, Sharing } from './sharing.js';

export const attachedHeap: Sharing = {
  create() {
    const heap = benchHeap({});
    return { handle: heap.handle, audit: () => auditEmpty(heap) };
  },
  attach(handle) {
    const heap = attachHeap(handle as HeapHandle);
    return { blocks: heap, buffer: heap.buffer, leave: () => heap.detach() };
  },
};

interface LockedHandle {
  readonly heap: HeapHandle;
  readonly threadId: number;
  readonly lock: SharedArrayBuffer;
}

export const lockedHeap: Sharing = {
  create(): Ground {
    const heap = benchHeap({});
    const handle: LockedHandle = { heap: heap.handle, threadId: heap.threadId, lock: lockMemory() };
    return { handle, audit: () => auditEmpty(heap) };
  },
  attach(handle) {
    const { heap, threadId, lock } = handle as LockedHandle;
    const alias = attachHeap(heap, { as: threadId });
    return { blocks: new LockedAligned(alias, lock), buffer: alias.buffer };
  },
};
