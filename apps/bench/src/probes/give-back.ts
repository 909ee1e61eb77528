/**
 * Whether a program that frees everything gets its memory back: the resident set of a process with a `local` heap before,
 * with 300 MB of live blocks (all written), and after everything was freed and collected.
 */

import { benchHeap } from '../allocators/hakmem.js';
import { BenchError } from '../errors.js';
import { pick, SIZE_SEED, xorshift32 } from '../random.js';

export interface GiveBack {
  readonly liveBlocks: number;
  /** Bytes asked for at the peak. */
  readonly liveBytes: number;
  /** Resident sets in bytes. */
  readonly before: number;
  readonly peak: number;
  readonly after: number;
  /** (peak − after) / (peak − before). */
  readonly returned: number;
}

const LIVE_BYTES = 300_000_000;
const MOST_BLOCKS = 2_000_000;

export function measureGiveBack(): GiveBack {
  const addresses = new Uint32Array(MOST_BLOCKS).fill(1);
  const heap = benchHeap({ memory: 'local' });
  const before = process.memoryUsage.rss();

  let liveBytes = 0;
  let liveBlocks = 0;
  for (let draw = SIZE_SEED; liveBytes < LIVE_BYTES; liveBlocks++) {
    draw = xorshift32(draw);
    // Nine tiny blocks in ten, the tenth of the mid sizes.
    const size = liveBlocks % 10 === 0 ? 8_192 + pick(draw, 24_577) : 16 + pick(draw, 1_025);
    const address = heap.malloc(size);
    if (address === 0) throw new BenchError(`no memory for ${size} bytes after ${liveBytes}`);
    new Uint8Array(heap.buffer, address, size).fill(0xa5);
    addresses[liveBlocks] = address;
    liveBytes += size;
  }
  const peak = process.memoryUsage.rss();

  for (let i = 0; i < liveBlocks; i++) heap.free(addresses[i]);
  heap.collect({ force: true });
  const after = process.memoryUsage.rss();
  return { liveBlocks, liveBytes, before, peak, after, returned: (peak - after) / (peak - before) };
}
