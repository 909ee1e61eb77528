/**
 * Replays a trace under the shadow checker (shadow.ts) and asks the allocator, at a hundred points on the way, whether its
 * own records are in order and whether the blocks that it takes for live are those that the user holds. After the last
 * event everything is freed, and the allocator must say that nothing is left.
 *
 * It knows the allocator through `CheckedHeap` only, so it can check any. The first fault ends the replay with a
 * ShadowError; its message begins with the number of the event.
 */

import { ShadowError } from './errors.js';
import { Shadow } from './shadow.js';
import { CALLOC, FREE, MALLOC, REALLOC, type Trace } from './trace.js';

/** What the replay asks of an allocator. */
export interface CheckedHeap {
  readonly buffer: ArrayBufferLike;
  /** No address is or will be at or above it. */
  readonly addressRange: number;
  malloc(bytes: number): number;
  calloc(count: number, bytes: number): number;
  realloc(address: number, bytes: number): number;
  alignedAlloc(alignment: number, bytes: number): number;
  free(address: number): void;
  usableSize(address: number): number;
  /** What is wrong with the allocator's own records; nothing, as a rule. */
  audit(): readonly string[];
  /** Visits every block that the allocator takes for live. */
  eachLive(visit: (address: number) => void): void;
  /** Gives back all that can be given back; says what is still in use. */
  remains(): { readonly liveBytes: number; readonly busySuperSlabs: number };
}

export interface ReplayReport {
  readonly events: number;
  readonly checkpoints: number;
  /** Blocks left alive by the trace and freed by the replay. */
  readonly closed: number;
  /** Most bytes that the program held at once. */
  readonly peakBytes: number;
}

const CHECKPOINTS = 100;

export function replayChecked(trace: Trace, heap: CheckedHeap): ReplayReport {
  const shadow = new Shadow(heap.addressRange, trace.objects, () => heap.buffer);
  let checkpoints = 0;
  let event = 0;
  try {
    for (; event < trace.events; event++) {
      replayEvent(trace, event, heap, shadow);
      if (Math.floor(((event + 1) * CHECKPOINTS) / trace.events) > checkpoints) {
        checkpoints++;
        checkRecords(heap, shadow);
      }
    }
    const closed = shadow.held;
    for (let object = 1; object <= trace.objects; object++) {
      if (shadow.holds(object)) heap.free(shadow.freeing(object));
    }
    checkEmpty(heap, shadow);
    return { events: trace.events, checkpoints, closed, peakBytes: shadow.peakBytes };
  } catch (error) {
    const place = event < trace.events ? `event ${event}` : 'after the last event';
    if (error instanceof Error) error.message = `${place}: ${error.message}`;
    throw error;
  }
}

function replayEvent(trace: Trace, event: number, heap: CheckedHeap, shadow: Shadow): void {
  const object = trace.object[event];
  const size = trace.size[event];
  switch (trace.op[event]) {
    case FREE:
      heap.free(shadow.freeing(object));
      break;
    case REALLOC:
      shadow.resized(object, heap.realloc(shadow.resizing(object), size), size);
      break;
    case MALLOC:
      shadow.made(object, heap.malloc(size), size);
      break;
    case CALLOC:
      shadow.made(object, heap.calloc(1, size), size, 16, true);
      break;
    default: {
      const alignment = 2 ** trace.alignLog2[event];
      shadow.made(object, heap.alignedAlloc(alignment, size), size, alignment);
    }
  }
}

/** Compares the allocator's live blocks with those that the user holds, and lets it walk its own records. */
function checkRecords(heap: CheckedHeap, shadow: Shadow): void {
  const faults = heap.audit();
  if (faults.length > 0) throw new ShadowError('audit', `the allocator finds its records broken: ${faults.join('; ')}`);
  let visited = 0;
  heap.eachLive((address) => {
    const object = shadow.startsAt(address);
    if (object === 0) throw new ShadowError('live-set', `the block at ${address} is live, but nobody holds it`);
    const usable = heap.usableSize(address);
    if (usable < shadow.sizeOf(object)) {
      throw new ShadowError('usable-size', `${usable} bytes usable at ${address}, ${shadow.sizeOf(object)} asked for`);
    }
    visited++;
  });
  if (visited !== shadow.held) {
    throw new ShadowError('live-set', `the allocator has ${visited} live blocks, the user holds ${shadow.held}`);
  }
}

function checkEmpty(heap: CheckedHeap, shadow: Shadow): void {
  checkRecords(heap, shadow);
  const { liveBytes, busySuperSlabs } = heap.remains();
  if (liveBytes === 0 && busySuperSlabs === 0) return;
  const rest = `${liveBytes} bytes live, ${busySuperSlabs} SuperSlabs not free`;
  throw new ShadowError('leak', `everything was freed, but the allocator has ${rest}`);
}
