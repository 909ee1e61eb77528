/**
 * How much memory a heap touches for what its user holds: random_mixed with 65,536 slots (or a point of
 * the sweep), every block written in full, in the steady state.
 *
 *   ratio = (bytes of the data buffer touched + bytes of the control buffer touched) / bytes that the user asked for
 *
 * Touched bytes are the resident pages of the two buffers where the kernel can be asked (residency.ts), otherwise what the
 * heap says of itself; `source` says which. Data pages count from their first touch on, also after their blocks died.
 */

import { sharedMemory } from '@hakmem/memory';
import { benchHeap } from '../allocators/hakmem.js';
import { addressSlots, type Blocks } from '../allocators/subject.js';
import { sweepShape, sweepWorkload } from '../sweep/workload.js';
import { randomMixed } from '../workloads/churn.js';
import { findMapping, type Mapping, residentBytes } from './residency.js';

export interface Touched {
  readonly data: number;
  readonly control: number;
}

export interface MemoryUse {
  readonly slots: number;
  readonly steps: number;
  readonly liveBlocks: number;
  /** Bytes that the user asked for. */
  readonly liveBytes: number;
  /** Bytes of the blocks that serve them. */
  readonly blockBytes: number;
  readonly source: 'kernel' | 'stats';
  readonly touched: Touched;
  readonly ratio: number;
  /** What the heap says that it touched. */
  readonly stats: Touched;
}

type BenchHeap = ReturnType<typeof benchHeap>;

const SLOTS = 65_536;
const STEPS_PER_SLOT = 16;

/** Sizes that nothing else in the process has, so far apart that no two heaps' control buffers are alike. */
const LEAST_BYTES = 601 * 1024 * 1024 + 65_536;
const BYTES_BETWEEN = 400 * 1024 * 1024;
const ATTEMPTS = 5;
/** The control buffer has one byte per 16 of data, and words for pages, boxes and 255 threads, which are less than this. */
const BYTES_PER_LIVE_BYTE = 16;
const OTHER_CONTROL_BYTES = 20 * 1024 * 1024;

/** Of random_mixed, or of a workload of the sweep by its name (../sweep/workload.ts). */
export function measureMemory(sweep = ''): MemoryUse {
  const shape = sweepShape(sweep);
  const slots = shape?.slots ?? SLOTS;
  const steps = STEPS_PER_SLOT * slots;
  const workload = shape === undefined ? randomMixed(slots) : sweepWorkload(shape);
  const { heap, mappings } = findableHeap();
  const blocks = new WritingBlocks(heap);
  workload.prepare({ blocks, none: 0, slots: addressSlots }).run(steps);

  const stats = { data: heap.stats().touched.data, control: heap.stats().touched.control };
  const resident = residentOf(mappings);
  const touched = resident ?? stats;
  const { liveBytes } = blocks;
  return {
    slots,
    steps,
    liveBlocks: blocks.sizes.size,
    liveBytes,
    blockBytes: blocks.blockBytes(),
    source: resident === undefined ? 'stats' : 'kernel',
    touched,
    ratio: (touched.data + touched.control) / liveBytes,
    stats,
  };
}

/** The heap, with every block written in full when it is handed out, and a count of what is held. */
class WritingBlocks implements Blocks<number> {
  liveBytes = 0;
  readonly sizes = new Map<number, number>();
  private readonly heap: BenchHeap;
  private readonly bytes: Uint8Array;

  constructor(heap: BenchHeap) {
    this.heap = heap;
    this.bytes = new Uint8Array(heap.buffer);
  }

  malloc(bytes: number): number {
    const address = this.heap.malloc(bytes);
    this.bytes.fill(0xa5, address, address + bytes);
    this.sizes.set(address, bytes);
    this.liveBytes += bytes;
    return address;
  }

  free(address: number): void {
    this.liveBytes -= this.sizes.get(address)!;
    this.sizes.delete(address);
    this.heap.free(address);
  }

  blockBytes(): number {
    let sum = 0;
    for (const address of this.sizes.keys()) sum += this.heap.usableSize(address);
    return sum;
  }
}

/**
 * A heap whose mappings can be told from all others by their sizes. The kernel joins neighbouring mappings, so wasm memories,
 * which reserve address space that nothing may touch, are put before the data buffer and between it and the control buffer.
 * Chance may still place one beside a neighbour; then the next heap, made while that one is still there, gets other addresses.
 */
function findableHeap(): { heap: BenchHeap; mappings: readonly Mapping[] } {
  const made: BenchHeap[] = [];
  const spacers: WebAssembly.Memory[] = [];
  for (;;) {
    spacers.push(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
    const memory = sharedMemory({ maxBytes: LEAST_BYTES + made.length * BYTES_BETWEEN });
    spacers.push(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
    const heap = benchHeap({ memory });
    const capacity = heap.buffer.byteLength;
    const liveBytes = capacity / BYTES_PER_LIVE_BYTE;
    const data = findMapping(capacity, capacity);
    const control = findMapping(liveBytes, liveBytes + OTHER_CONTROL_BYTES);
    if (data !== undefined && control !== undefined) return { heap, mappings: [data, control] };
    made.push(heap);
    if (made.length === ATTEMPTS) return { heap, mappings: [] };
  }
}

/** `mappings`: those of the data and the control buffer, or none. */
function residentOf(mappings: readonly Mapping[]): Touched | undefined {
  const [data, control] = mappings.map(residentBytes);
  return data === undefined || control === undefined ? undefined : { data, control };
}
