import { createHeap } from 'hakmem';
import { describe, expect, it } from 'vitest';
import type { Blocks } from '../src/allocators/index.js';
import { Times } from '../src/probes/distribution.js';
import { explain } from '../src/probes/explain.js';
import { Interruptions } from '../src/probes/interruptions.js';
import { measureLatency, measureProgram } from '../src/probes/latency.js';
import { heldAfter, type Program, peakOf, readProgram, Stepper, sizesOf } from '../src/probes/stepper.js';
import { runRound } from '../src/probes/stopwatch.js';
import { mapSuperSlabs } from '../src/probes/superslab-map.js';
import { eventsToLookAt, measureTimeline } from '../src/probes/timeline.js';
import { CALLOC, FREE, MALLOC, REALLOC } from '../src/trace.js';

function programOf(steps: readonly (readonly [op: number, object: number, size: number])[]): Program {
  return {
    length: steps.length,
    objects: Math.max(...steps.map(([, object]) => object)),
    op: Uint8Array.from(steps, ([op]) => op),
    alignLog2: new Uint8Array(steps.length),
    object: Uint32Array.from(steps, ([, object]) => object),
    size: Uint32Array.from(steps, ([, , size]) => size),
  };
}

const SMALL = programOf([
  [MALLOC, 1, 100],
  [CALLOC, 2, 800_000],
  [REALLOC, 1, 5_000],
  [FREE, 2, 0],
  [FREE, 1, 0],
]);

/** Answers one address after the other; `busyIn` is the malloc that takes a millisecond. */
class Bump implements Required<Blocks<number>> {
  calls: string[] = [];
  private next = 16;
  private readonly busyIn: number;

  constructor(busyIn = 0, first = 16) {
    this.busyIn = busyIn;
    this.next = first;
  }

  malloc(bytes: number): number {
    this.calls.push(`malloc ${bytes}`);
    const until = this.calls.length === this.busyIn ? performance.now() + 1 : 0;
    while (performance.now() < until);
    return (this.next += 16);
  }

  calloc(_count: number, bytes: number): number {
    return this.malloc(bytes);
  }

  realloc(address: number, bytes: number): number {
    this.calls.push(`realloc ${address} ${bytes}`);
    return (this.next += 16);
  }

  alignedAlloc(_alignment: number, bytes: number): number {
    return this.malloc(bytes);
  }

  free(address: number): void {
    this.calls.push(`free ${address}`);
  }
}

describe('a program, step by step', () => {
  it('knows what each step is about and what is held after it', () => {
    expect([...sizesOf(SMALL)]).toEqual([100, 800_000, 5_000, 800_000, 5_000]);
    expect([...heldAfter(SMALL)]).toEqual([100, 800_100, 805_000, 5_000, 0]);
    expect(peakOf(SMALL)).toBe(2);
  });

  it('calls the allocator with what it answered before, and takes its answers in', () => {
    const [blocks, others] = [new Bump(), new Bump(0, 32)];
    const steppers = [blocks, others].map((each) => new Stepper(each, SMALL));
    for (const stepper of steppers) for (let i = 0; i < SMALL.length; i++) stepper.step(i);
    expect(blocks.calls).toEqual(['malloc 100', 'malloc 800000', 'realloc 32 5000', 'free 48', 'free 64']);
    expect(steppers[0].hash).not.toBe(steppers[1].hash);
  });
});

describe('runRound', () => {
  it('finds the step that took long, of the passes that count', () => {
    const interruptions = new Interruptions();
    const shape = { warmUpPasses: 1, passes: 2, slowNs: 900_000 };
    // Every pass makes five calls, two of them mallocs: the seventh call is the calloc of the first pass that counts.
    const { times, slowSteps } = runRound(new Bump(7), SMALL, shape, interruptions);
    interruptions.end();
    expect(times).toHaveLength(10);
    const slow = slowSteps.find(({ index }) => index === 1)!;
    expect(slow.ns).toBeGreaterThanOrEqual(990_000);
    expect(times[1]).toBe(slow.ns);
    expect(performance.now() * 1e6 - slow.start).toBeGreaterThan(slow.ns);
    expect(performance.now() * 1e6 - slow.start).toBeLessThan(60e9);
  });
});

describe('Interruptions', () => {
  const quiet = { ns: 100_000, start: 0, waitedNs: 0, switches: 0, faults: 0 };

  it('names the cause', () => {
    const interruptions = new Interruptions();
    const cause = (slow: Partial<typeof quiet> | { waitedNs: null }, ownNs: number) =>
      interruptions.cause({ ...quiet, ...slow }, ownNs).cause;
    expect(cause({}, 60_000)).toBe('operation');
    expect(cause({}, 40_000)).toBe('unknown');
    expect(cause({ waitedNs: 50_000 }, 1_000)).toBe('processor');
    expect(cause({ waitedNs: 40_000, switches: 3 }, 1_000)).toBe('unknown');
    expect(cause({ waitedNs: null, switches: 1 } as never, 1_000)).toBe('processor');
    interruptions.end();
  });

  it('knows when the collector ran', async () => {
    const interruptions = new Interruptions();
    const start = performance.now() * 1e6;
    globalThis.gc!();
    const ns = performance.now() * 1e6 - start;
    await interruptions.settle();
    expect(interruptions.cause({ ...quiet, start, ns }, 0).cause).toBe('collector');
    expect(interruptions.cause({ ...quiet, start: start + 1e9, ns }, 0).cause).toBe('unknown');
    interruptions.end();
  });
});

describe('explain', () => {
  it('says what an operation did, by the counts of the heap', () => {
    const heap = createHeap({ maxBytes: 16 * 1024 * 1024, prewarmCount: 0 });
    const { did } = explain(heap, SMALL, { warmUpPasses: 0, passes: 1 }, [0, 1, 2, 3]);
    expect(did.get(0)).toMatch(/1 slab from a free SuperSlab, \d+ blocks refilled/);
    expect(did.get(1)).toMatch(/^800,000 bytes zeroed, .*1 run of pages acquired/);
    expect(did.get(2)).toMatch(/^100 bytes moved, /);
    expect(did.get(3)).toBe('1 large block freed');
    heap.destroy();
  });
});

describe('Times', () => {
  it('has percentiles, and as many as there are times for', () => {
    const { count, p50, p99, max, curve } = new Times()
      .add(Uint32Array.from({ length: 1_000 }, (_, i) => i + 1))
      .distribution();
    expect([count, p50, p99, max]).toEqual([1_000, 500, 990, 1_000]);
    expect(curve.at(-1)).toEqual({ percentile: 100, ns: 1_000 });
    expect(curve.at(-2)).toEqual({ percentile: 99.9, ns: 999 });
  });

  it('keeps the maximum as it is', () => {
    expect(new Times().add(Uint32Array.of(5, 123_456_789)).distribution().max).toBe(123_456_789);
  });
});

describe('measureLatency', () => {
  it('measures every operation of a trace', async () => {
    const found = (await measureLatency('sqlite'))!;
    const { length } = readProgram('sqlite');
    expect(found.own.count).toBe(found.passes * length);
    expect(found.seen.count).toBe(found.rounds * found.passes * length);
    expect(found.operations.reduce((sum, { count }) => sum + count, 0)).toBe(found.own.count);
    expect(found.own.max).toBeLessThanOrEqual(found.seen.max);
    expect(found.own.max).toBe(found.slowestOwn[0].ownNs);
    expect(found.seen.max).toBe(found.slowest[0].seenNs);
    for (const { ownNs, seenNs, did } of [...found.slowest, ...found.slowestOwn]) {
      expect(ownNs).toBeLessThanOrEqual(seenNs);
      expect(did).not.toBe('');
    }
    expect(found.clock.p50).toBeLessThan(found.own.p50 + 50);
  });

  it('says that TLSF lacks what a trace asks for', async () => {
    expect(await measureLatency('ffmpeg on tlsf')).toBeNull();
  });

  it('does not compare rounds that did different work', async () => {
    let first = 0;
    const open = async () => new Bump(0, (first += 16));
    await expect(measureProgram(SMALL, { trace: 'small', allocator: 'bump' }, open)).rejects.toThrow(/other addresses/);
    await expect(measureLatency('sqlite on buffer')).rejects.toThrow(/hands out objects/);
  });
});

describe('measureTimeline', () => {
  it('looks at evenly spaced events, the last included', () => {
    expect(eventsToLookAt(3)).toEqual([1, 2, 3]);
    expect(eventsToLookAt(1_000).slice(0, 2)).toEqual([5, 10]);
    expect(eventsToLookAt(1_001)).toHaveLength(200);
    expect(eventsToLookAt(1_001).at(-1)).toBe(1_001);
  });

  it('has all bytes in order', async () => {
    const { held, heaps, tlsf, events } = await measureTimeline('sqlite');
    expect(events).toBe(readProgram('sqlite').length);
    expect(held.at(-1)).toEqual({ event: events, liveBytes: 0 });
    for (const { points } of heaps) {
      points.forEach(({ event, blockBytes, dataBytes, committedBytes }, i) => {
        expect(event).toBe(held[i].event);
        expect(blockBytes).toBeGreaterThanOrEqual(held[i].liveBytes);
        expect(dataBytes).toBeGreaterThanOrEqual(blockBytes);
        expect(committedBytes).toBeGreaterThanOrEqual(dataBytes);
      });
      expect(points.at(-1)!.blockBytes).toBe(0);
    }
    const highest = tlsf!.map(({ highestByte }) => highestByte);
    expect(highest).toEqual([...highest].sort((a, b) => a - b));
    expect(highest.at(-1)).toBeGreaterThan(Math.max(...held.map(({ liveBytes }) => liveBytes)));
  });
});

describe('mapSuperSlabs', () => {
  it.each(['sqlite', 'random_mixed 4096'])('accounts for every live byte of %s', (program) => {
    const { superSlabs, blockBytes } = mapSuperSlabs(program);
    const slots = superSlabs.flatMap((superSlab) => superSlab.slots);
    expect(slots).toHaveLength(32 * superSlabs.length);
    expect(slots[0]).toMatchObject({ state: 'reserved', kind: 'none' });
    const live = slots.map(({ kind, offset, blockBytes: bytes, live: share }, i) => {
      if (kind === 'none' || offset > 0) return 0;
      if (kind === 'large') return bytes;
      let pages = 1;
      while (slots[i + pages]?.offset === pages) pages++;
      return Math.round(share * Math.floor((pages * 65_536) / bytes)) * bytes;
    });
    expect(live.reduce((sum, bytes) => sum + bytes, 0)).toBe(blockBytes);
    expect(new Set(slots.map(({ kind }) => kind)).size).toBeGreaterThan(1);
    expect(superSlabs[0].tier).toBe('hot');
  });
});
