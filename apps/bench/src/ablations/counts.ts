/**
 * What the boxes of a composition count while it serves a stream, and how much memory it touches for what is live. A
 * stream is `phases` (phases.ts), or a workload's with a fixed number of steps: STEPS or LARGE_STEPS, or one pass of a
 * trace with its closing frees. Nothing here depends on time.
 */

import { MAX_BYTES } from '../allocators/hakmem.js';
import { addressSlots, type Blocks } from '../allocators/subject.js';
import { type Composed, type CompositionName, composed } from '../compositions.js';
import { BenchError } from '../errors.js';
import { findWorkload, type Loop, type Workload } from '../workloads/index.js';
import { PHASES_STREAM } from './phases.js';
import type { CountResult } from './results.js';

const STEPS = 200_000;
/** Large blocks are dear, and a few hundred of them show what the rest would. */
const LARGE_STEPS = 10_000;
/** Looks at what changes on the way, evenly spread over the stream. */
const LOOKS = 64;

type Stream = Pick<Workload, 'name' | 'steps' | 'prepare' | 'reference'>;

/** Serves `stream`, `phases` or the name of a workload, with a heap of its own. */
export function countStream(name: CompositionName, stream: string): CountResult {
  return countHeap(name, composed(name, MAX_BYTES), stream);
}

/** The same with a new heap of a composition that is called `name`; destroys it. */
export function countHeap(name: string, heap: Composed, stream: string): CountResult {
  const served = findStream(stream);
  const { steps } = served;
  const asked = new Asked(heap.verbs);
  const loop = served.prepare({ blocks: asked, none: 0, slots: addressSlots });
  const seen = serve(served, loop, heap);
  const counts = readCounts(heap);
  const memory = endOf(loop, heap);
  return { composition: name, stream, steps, ...counts, ...seen, ...memory, liveBytes: asked.peakBytes };
}

export function findStream(name: string): Stream {
  if (name === PHASES_STREAM.name) return PHASES_STREAM;
  const workload = findWorkload(name);
  // A trace settles when it has been replayed once.
  const steps = name.startsWith('trace ') ? workload.settling : name.startsWith('large ') ? LARGE_STEPS : STEPS;
  return { name, steps, prepare: (subject) => workload.prepare(subject), reference: () => workload.reference() };
}

type Seen = Pick<CountResult, 'draining' | 'touchedBytes'>;

/** Runs the stream and looks at the heap on the way. */
function serve({ name, steps, reference }: Stream, loop: Loop, { heap }: Composed): Seen {
  let draining = 0;
  let touchedBytes = 0;
  for (let look = 1; look <= LOOKS; look++) {
    loop.run(Math.floor((look * steps) / LOOKS) - Math.floor(((look - 1) * steps) / LOOKS));
    const { superSlabs, touched } = heap.stats();
    draining = Math.max(draining, superSlabs.draining);
    touchedBytes = Math.max(touchedBytes, touched.data + touched.control);
  }
  if (loop.checksum !== reference().advance(steps)) {
    throw new BenchError(`${name}: a request was not served (the checksum of the sizes is wrong)`);
  }
  return { draining, touchedBytes };
}

type Counted = Omit<CountResult, 'composition' | 'stream' | 'steps' | 'liveBytes' | keyof Seen | keyof Memory>;

function readCounts({ heap, verbs }: Composed): Counted {
  const { superSlabs, stages, cache, warmPool } = heap.stats();
  const { refills, flushes } = verbs.exchanges ?? cache;
  return {
    superSlabs: superSlabs.peak,
    reuse: stages.reuse,
    unused: stages.unused,
    fresh: stages.fresh,
    affine: stages.affine,
    swept: stages.swept,
    runs: stages.runs,
    refills,
    flushes,
    drains: cache.drains,
    retired: cache.retired,
    warmHits: warmPool?.hits ?? null,
    warmMisses: warmPool?.misses ?? null,
  };
}

type Memory = Pick<CountResult, 'created' | 'returned'>;

/** Frees everything, lets the heap collect, and says what memory it asked for and gave back. */
function endOf(loop: Loop, { heap, verbs }: Composed): Memory {
  loop.drain();
  verbs.letGo?.();
  heap.collect();
  const { created, returned } = heap.stats().superSlabs;
  heap.destroy();
  return { created, returned };
}

/** Passes every call on, and knows how many bytes the program holds. */
class Asked implements Required<Omit<Blocks<number>, 'alignedAlloc'>> {
  peakBytes = 0;
  private liveBytes = 0;
  private readonly sizes = new Map<number, number>();
  private readonly verbs: Blocks<number>;

  constructor(verbs: Blocks<number>) {
    this.verbs = verbs;
  }

  malloc(bytes: number): number {
    return this.note(this.verbs.malloc(bytes), bytes);
  }

  calloc(count: number, bytes: number): number {
    return this.note(this.verbs.calloc!(count, bytes), count * bytes);
  }

  realloc(address: number, bytes: number): number {
    const next = this.verbs.realloc!(address, bytes);
    if (next !== 0) this.forget(address);
    return this.note(next, bytes);
  }

  free(address: number): void {
    this.forget(address);
    this.verbs.free(address);
  }

  private note(address: number, bytes: number): number {
    if (address === 0) return 0;
    this.sizes.set(address, bytes);
    this.liveBytes += bytes;
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes);
    return address;
  }

  private forget(address: number): void {
    this.liveBytes -= this.sizes.get(address) ?? 0;
    this.sizes.delete(address);
  }
}
