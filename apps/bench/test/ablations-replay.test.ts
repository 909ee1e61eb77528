/** Every composition serves the beginning of a recorded program under the shadow checker, its records in order. */

import { describe, expect, it } from 'vitest';
import { COMPOSITIONS } from '../src/ablations/groups.js';
import { checkedHeap } from '../src/allocators/hakmem.js';
import { ALLOCATORS, makeSubject } from '../src/allocators/index.js';
import { HeaderHeap } from '../src/boxes/header-heap.js';
import { PAUSE_EVERY } from '../src/boxes/idle-trim.js';
import { type Composed, composed } from '../src/compositions.js';
import { type CheckedHeap, replayChecked } from '../src/replay-checked.js';
import { FREE, readTrace, type Trace } from '../src/trace.js';
import { findWorkload } from '../src/workloads/index.js';

const MAX_BYTES = 512 * 1024 * 1024;
const EVENTS = 40_000;
const STEPS = 4_000;

/** The first events of a trace. */
function beginning(trace: Trace, events: number): Trace {
  const [op, tid, alignLog2] = [trace.op, trace.tid, trace.alignLog2].map((plane) => plane.slice(0, events));
  const [object, size] = [trace.object, trace.size].map((plane) => plane.slice(0, events));
  return { ...trace, events, op, tid, alignLog2, object, size };
}

/** The heap as the checked replay sees it, served by the composition's verbs. */
function checked({ heap, verbs }: Composed): CheckedHeap {
  const { addressRange, audit, eachLive, remains } = checkedHeap(heap, MAX_BYTES);
  const headed = verbs instanceof HeaderHeap;
  return {
    ...{ addressRange, remains },
    malloc: (bytes) => verbs.malloc(bytes),
    calloc: (count, bytes) => verbs.calloc!(count, bytes),
    realloc: (address, bytes) => verbs.realloc!(address, bytes),
    alignedAlloc: (alignment, bytes) => verbs.alignedAlloc!(alignment, bytes),
    free: (address) => void verbs.free(address),
    usableSize: (address) => (headed ? verbs.usableSize(address) : heap.usableSize(address)),
    audit: () => {
      verbs.letGo?.();
      return audit();
    },
    eachLive: (visit) => eachLive((address) => visit(headed ? address + 16 : address)),
    get buffer() {
      return heap.buffer;
    },
  };
}

describe('under the shadow checker', { timeout: 60_000 }, () => {
  const trace = beginning(readTrace('sqlite'), EVENTS);

  it('the program frees often enough for a pause', () => {
    expect(trace.op.filter((op) => op === FREE).length).toBeGreaterThan(PAUSE_EVERY);
  });

  it.each(COMPOSITIONS.map(({ name }) => name))('%s keeps every rule', (name) => {
    const composition = composed(name, MAX_BYTES);
    expect(replayChecked(trace, checked(composition))).toMatchObject({ events: EVENTS, checkpoints: 100 });
    expect(composition.heap.verify().problems).toEqual([]);
    composition.heap.destroy();
  });
});

describe.each(COMPOSITIONS.map(({ name }) => `hakmem-${name}`))('the allocator %s', (allocator) => {
  it.each(['random_mixed 256', 'mid 8-32K', 'trace sqlite'])('serves %s and is empty in the end', async (name) => {
    const workload = findWorkload(name);
    const subject = await makeSubject(allocator);
    const loop = workload.prepare(subject);
    const reference = workload.reference();
    for (const steps of [STEPS, 200]) {
      loop.run(steps);
      expect(loop.checksum).toBe(reference.advance(steps));
    }
    expect(subject.audit!()).not.toEqual([]);
    loop.drain();
    expect(subject.audit!()).toEqual([]);
  });
});

it('every composition is an allocator', () => {
  const found = ALLOCATORS.filter(({ kind }) => kind === 'composition').map(({ name }) => name);
  expect(found).toEqual(COMPOSITIONS.map(({ name }) => `hakmem-${name}`));
});
