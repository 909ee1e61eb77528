/**
 * Memory over time on a trace: at some 200 evenly spaced events, what the program holds and what the heap has for it, on a
 * shared and on a local heap, each fresh; and how high AssemblyScript's TLSF has been, which says nothing else of itself.
 *
 *   node probe.js timeline:<trace>
 *
 * Counts of the heap (heap.stats()), no time in them: the same on every machine. Reading them is O(blocks); a second or two.
 */

import type { Heap } from 'hakmem';
import { benchHeap } from '../allocators/hakmem.js';
import type { Blocks } from '../allocators/subject.js';
import { tlsfSubject } from '../allocators/tlsf.js';
import { isUnsupported } from '../errors.js';
import { heldAfter, type Program, readProgram, Stepper } from './stepper.js';

export interface TimelinePoint {
  /** Events replayed so far. */
  readonly event: number;
  /** Bytes of the blocks that serve what is held. */
  readonly blockBytes: number;
  /** Bytes of the data buffer that have been used since memory was given for them, at most. */
  readonly dataBytes: number;
  /** The same of the control buffer. */
  readonly controlBytes: number;
  /** SuperSlabs in which something is. */
  readonly superSlabs: number;
  /** Bytes of all SuperSlabs that there are, FREE ones included. */
  readonly committedBytes: number;
}

export interface Timeline {
  readonly trace: string;
  readonly events: number;
  /** Bytes asked for and held after so many events; at the same events as all that follows. */
  readonly held: readonly { readonly event: number; readonly liveBytes: number }[];
  readonly heaps: readonly { readonly allocator: string; readonly points: readonly TimelinePoint[] }[];
  /** End of the highest block so far, in bytes; null where TLSF cannot replay the trace. */
  readonly tlsf: readonly { readonly event: number; readonly highestByte: number }[] | null;
}

const POINTS = 200;

export async function measureTimeline(trace: string): Promise<Timeline> {
  const program = readProgram(trace);
  const events = eventsToLookAt(program.length);
  const held = heldAfter(program);
  return {
    trace,
    events: program.length,
    held: events.map((event) => ({ event, liveBytes: held[event - 1] })),
    heaps: (['shared', 'local'] as const).map((memory) => ({
      allocator: `hakmem-${memory}`,
      points: heapPoints(program, events, memory),
    })),
    tlsf: await highestBytes(program, events),
  };
}

/** Up to `POINTS` numbers of events, the last of them `length`. */
export function eventsToLookAt(length: number): readonly number[] {
  const points = Math.min(POINTS, length);
  return Array.from({ length: points }, (_, i) => Math.round(((i + 1) * length) / points));
}

function heapPoints(program: Program, events: readonly number[], memory: 'shared' | 'local'): readonly TimelinePoint[] {
  const heap = benchHeap({ memory });
  const points = replayTo(new Stepper(heap, program), events, (event) => pointOf(heap, event));
  heap.destroy();
  return points;
}

function pointOf(heap: Heap, event: number): TimelinePoint {
  const { bytes, touched, superSlabs } = heap.stats();
  return {
    event,
    blockBytes: bytes.live,
    dataBytes: touched.data,
    controlBytes: touched.control,
    superSlabs: superSlabs.hot + superSlabs.draining,
    committedBytes: bytes.capacity - bytes.uncommitted,
  };
}

/** Null where TLSF lacks what the trace asks for. */
async function highestBytes(program: Program, events: readonly number[]): Promise<Timeline['tlsf']> {
  const blocks = new HighWater((await tlsfSubject()).blocks as Required<Blocks<number>>);
  try {
    return replayTo(new Stepper(blocks as Blocks<number>, program), events, (event) => ({
      event,
      highestByte: blocks.highest,
    }));
  } catch (error) {
    if (isUnsupported(error)) return null;
    throw error;
  }
}

function replayTo<T>(stepper: Stepper, events: readonly number[], look: (event: number) => T): T[] {
  let done = 0;
  return events.map((event) => {
    for (; done < event; done++) stepper.step(done);
    return look(event);
  });
}

/** An allocator, and the end of its highest block so far. */
class HighWater implements Blocks<number> {
  highest = 0;
  readonly blocks: Blocks<number>;
  /** Absent where the allocator has none. */
  readonly alignedAlloc?: (alignment: number, bytes: number) => number;

  constructor(blocks: Blocks<number>) {
    this.blocks = blocks;
    const { alignedAlloc } = blocks;
    if (alignedAlloc !== undefined)
      this.alignedAlloc = (alignment, bytes) => this.note(alignedAlloc(alignment, bytes), bytes);
  }

  malloc(bytes: number): number {
    return this.note(this.blocks.malloc(bytes), bytes);
  }

  free(address: number): void {
    this.blocks.free(address);
  }

  calloc(count: number, bytes: number): number {
    return this.note(this.blocks.calloc!(count, bytes), count * bytes);
  }

  realloc(address: number, bytes: number): number {
    return this.note(this.blocks.realloc!(address, bytes), bytes);
  }

  private note(address: number, bytes: number): number {
    this.highest = Math.max(this.highest, (address >>> 0) + bytes);
    return address;
  }
}
