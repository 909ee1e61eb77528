/**
 * A heap of 3.5 GiB, nearly filled: do addresses above 2 GiB, which are no small integers of the engine, work everywhere?
 *
 *   1  large blocks until memory is exhausted, in falling sizes
 *   2  every fourth of those above 2 GiB freed, and small blocks of all sizes until enough of them are there
 *   3  both ends of every block written, all intervals compared, all marks read back
 *   4  walk and verify; a second free and an interior address above 2 GiB refused
 *   5  everything freed and collected
 *
 * The marks touch two pages per large block, so the reserve stays a reserve: some tens of MB are resident.
 */

import { audit, benchHeap } from './allocators/hakmem.js';
import { pick, SIZE_SEED, xorshift32 } from './random.js';

export interface BigHeapReport {
  readonly bufferBytes: number;
  readonly largeBlocks: number;
  /** Those that lie above 2 GiB. */
  readonly smallBlocks: number;
  /** Bytes asked for when the heap was fullest, as a share of the buffer. */
  readonly filled: number;
  readonly highestAddress: number;
  readonly walked: number;
  readonly residentBytes: number;
  readonly milliseconds: number;
  /** What was wrong; empty when all is well. */
  readonly faults: readonly string[];
}

type BigHeap = ReturnType<typeof benchHeap>;

const MIB = 1024 * 1024;
const HALF = 2 ** 31;
const BUFFER_BYTES = 3584 * MIB;
const LARGE_SIZES = [64 * MIB, 16 * MIB - 5, MIB + 1];
const SMALL_BLOCKS = 40_000;
const SMALL_SIZES = 16_384;

export function exerciseBigHeap(): BigHeapReport {
  const started = performance.now();
  const faults: string[] = [];
  const heap = benchHeap({ memory: 'shared', maxBytes: BUFFER_BYTES });
  const sizes = new Map<number, number>();

  fillWithLarge(heap, sizes);
  const largeBlocks = sizes.size;
  const filled = sum(sizes.values()) / BUFFER_BYTES;
  const freed = freeSomeAboveHalf(heap, sizes);
  const smallBlocks = fillWithSmall(heap, sizes, faults);

  mark(heap, sizes);
  checkIntervals(sizes, heap.buffer.byteLength, faults);
  checkMarks(heap, sizes, faults);
  const walked = checkWalk(heap, sizes, faults);
  faults.push(...audit(heap));
  checkRefusals(heap, sizes, freed, faults);
  const residentBytes = process.memoryUsage.rss();

  for (const address of sizes.keys()) heap.free(address);
  heap.collect({ force: true });
  faults.push(...audit(heap));
  const { bytes, superSlabs } = heap.stats();
  if (bytes.live !== 0) faults.push(`${bytes.live} bytes are live after everything was freed`);
  if (superSlabs.hot + superSlabs.draining > 0) faults.push('SuperSlabs are in use after everything was freed');
  heap.destroy();

  const highestAddress = Math.max(...sizes.keys());
  const milliseconds = performance.now() - started;
  const bufferBytes = BUFFER_BYTES;
  return { bufferBytes, largeBlocks, smallBlocks, filled, highestAddress, walked, residentBytes, milliseconds, faults };
}

export function renderBigHeap(report: BigHeapReport): string {
  const { bufferBytes, largeBlocks, smallBlocks, filled, highestAddress, walked, residentBytes, milliseconds } = report;
  const lines = [
    `buffer            ${(bufferBytes / 2 ** 30).toFixed(2)} GiB, ${(100 * filled).toFixed(1)} % of it asked for`,
    `blocks            ${largeBlocks} large, then ${smallBlocks} small ones above 2 GiB`,
    `highest address   ${highestAddress} (0x${highestAddress.toString(16)})`,
    `walked            ${walked} blocks`,
    `resident set      ${(residentBytes / 1e6).toFixed(0)} MB`,
    `time              ${(milliseconds / 1000).toFixed(1)} s`,
    report.faults.length === 0 ? 'ok' : `FAILED: ${report.faults.join('\n        ')}`,
  ];
  return lines.join('\n');
}

function fillWithLarge(heap: BigHeap, sizes: Map<number, number>): void {
  for (const size of LARGE_SIZES) {
    for (let address = heap.malloc(size); address !== 0; address = heap.malloc(size)) sizes.set(address, size);
  }
}

function freeSomeAboveHalf(heap: BigHeap, sizes: Map<number, number>): readonly number[] {
  const freed = [...sizes.keys()].filter((address) => address >= HALF).filter((_, i) => i % 4 === 0);
  for (const address of freed) {
    heap.free(address);
    sizes.delete(address);
  }
  return freed;
}

/** Small blocks until enough of them lie above 2 GiB; slabs that the heap has had from the start lie below. Says how many. */
function fillWithSmall(heap: BigHeap, sizes: Map<number, number>, faults: string[]): number {
  let draw = SIZE_SEED;
  let high = 0;
  for (let i = 0; high < SMALL_BLOCKS; i++) {
    draw = xorshift32(draw);
    const size = 1 + pick(draw, i % 8 === 0 ? SMALL_SIZES : 512);
    const address = heap.malloc(size);
    if (address === 0) {
      faults.push(`no memory for a small block, ${high} are above 2 GiB`);
      break;
    }
    if (sizes.has(address)) faults.push(`${address} was handed out twice`);
    sizes.set(address, size);
    if (address >= HALF) high++;
  }
  return high;
}

function mark(heap: BigHeap, sizes: Map<number, number>): void {
  const bytes = new Uint8Array(heap.buffer);
  for (const [address, size] of sizes) {
    bytes[address] = firstMark(address);
    bytes[address + size - 1] = lastMark(address, size);
  }
}

function checkMarks(heap: BigHeap, sizes: Map<number, number>, faults: string[]): void {
  const bytes = new Uint8Array(heap.buffer);
  for (const [address, size] of sizes) {
    const first = size === 1 ? lastMark(address, size) : firstMark(address);
    if (bytes[address] !== first || bytes[address + size - 1] !== lastMark(address, size)) {
      faults.push(`the block of ${size} bytes at ${address} lost its contents`);
    }
  }
}

function checkIntervals(sizes: Map<number, number>, bufferBytes: number, faults: string[]): void {
  let end = 0;
  for (const [address, size] of [...sizes].sort(([a], [b]) => a - b)) {
    if (address < end) faults.push(`the block at ${address} begins inside of the one that ends at ${end}`);
    if (address % 16 !== 0) faults.push(`the block at ${address} is not aligned`);
    end = address + size;
  }
  if (end > bufferBytes) faults.push(`a block ends at ${end}, behind the buffer`);
}

function checkWalk(heap: BigHeap, sizes: Map<number, number>, faults: string[]): number {
  let walked = 0;
  heap.walk((address) => {
    walked++;
    if (!sizes.has(address)) faults.push(`the walk shows a block at ${address} that nobody holds`);
  });
  if (walked !== sizes.size) faults.push(`the walk shows ${walked} blocks, ${sizes.size} are held`);
  return walked;
}

/** A freed address and one inside of a block, both above 2 GiB, must be refused with an error that says so. */
function checkRefusals(heap: BigHeap, sizes: Map<number, number>, freed: readonly number[], faults: string[]): void {
  const again = freed.find((address) => !sizes.has(address));
  const inside = [...sizes.keys()].find((address) => address >= HALF && sizes.get(address)! > 64 * 1024);
  for (const address of [again, inside === undefined ? undefined : inside + 32]) {
    if (address === undefined) continue;
    try {
      heap.free(address);
      faults.push(`free(${address}) was accepted`);
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error)) throw error;
    }
  }
}

function firstMark(address: number): number {
  return (address >>> 4) & 0xff;
}

function lastMark(address: number, size: number): number {
  return ((address >>> 12) + size) & 0xff;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
