/**
 * The subject of all this: a heap of the `hakmem` package. The heap itself is what a workload calls; no adapter stands in
 * between.
 *
 * maxBytes is 1 GiB unless a caller says otherwise, more than any workload needs; only what is touched is committed. After
 * a run the heap must verify clean and have no live byte.
 */

import { createHeap, type Heap, type HeapOptions } from 'hakmem';
import { type CompositionName, composed, heapOf } from '../compositions.js';
import { loadOwn } from '../own/composition.js';
import type { CheckedHeap } from '../replay-checked.js';
import { addressSlots, type Subject } from './subject.js';

/** Of every heap that a caller does not size itself. */
export const MAX_BYTES = 1024 * 1024 * 1024;

/** A heap with the bench's default size. */
export function benchHeap(options: HeapOptions): Heap {
  return createHeap({ maxBytes: MAX_BYTES, ...options });
}

/** The heap as `createHeap` makes it. */
export function hakmemSubject(options: HeapOptions): Subject<number> {
  return subjectOf(benchHeap(options));
}

/** The heap composed box by box, or what is put over it. */
export function compositionSubject(name: CompositionName): Subject<number> {
  const { heap, verbs } = composed(name, MAX_BYTES);
  const audit = () => {
    verbs.letGo?.();
    return auditEmpty(heap);
  };
  return { blocks: verbs, none: 0, slots: addressSlots, audit };
}

/** A heap of the user's own composition. */
export async function ownSubject(asked: string): Promise<Subject<number>> {
  const { parts } = await loadOwn(asked);
  return subjectOf(heapOf(parts(), MAX_BYTES));
}

function subjectOf(heap: Heap): Subject<number> {
  return { blocks: heap, none: 0, slots: addressSlots, audit: () => auditEmpty(heap) };
}

/** What is wrong with a heap in which nothing should be live, and which no other thread should use. */
export function auditEmpty(heap: Heap): readonly string[] {
  const { bytes, blocks, threads } = heap.stats();
  const faults = [...audit(heap)];
  if (bytes.live + blocks.live > 0) faults.push(`${blocks.live} blocks of ${bytes.live} bytes are live, expected none`);
  if (threads.attached.length > 1) faults.push(`threads ${threads.attached} are attached, expected one`);
  return faults;
}

/** What the heap's own walkers find, in words. */
export function audit(heap: Heap): readonly string[] {
  return heap.verify().problems.map(({ box, message, address }) => `${box}: ${message} (at ${address})`);
}

/** The heap as the checked replay sees it. */
export function checkedHeap(heap: Heap, addressRange: number): CheckedHeap {
  return {
    get buffer() {
      return heap.buffer;
    },
    addressRange,
    malloc: (bytes) => heap.malloc(bytes),
    calloc: (count, bytes) => heap.calloc(count, bytes),
    realloc: (address, bytes) => heap.realloc(address, bytes),
    alignedAlloc: (alignment, bytes) => heap.alignedAlloc(alignment, bytes),
    free: (address) => heap.free(address),
    usableSize: (address) => heap.usableSize(address),
    audit: () => audit(heap),
    eachLive: (visit) => heap.walk((address) => visit(address)),
    remains() {
      heap.collect({ force: true });
      const { bytes, superSlabs } = heap.stats();
      return { liveBytes: bytes.live, busySuperSlabs: superSlabs.hot + superSlabs.draining };
    },
  };
}
