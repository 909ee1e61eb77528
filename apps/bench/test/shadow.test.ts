import { describe, expect, it } from 'vitest';
import { ShadowError } from '../src/errors.js';
import { replayChecked } from '../src/replay-checked.js';
import { Shadow } from '../src/shadow.js';
import { CALLOC, decodeTrace, FREE, MALLOC, MEMALIGN, REALLOC } from '../src/trace.js';
import { FakeHeap, type Fault } from './fake-heap.js';
import { type EventRecord, encodeTrace } from './trace-file.js';

/** Sizes around the checker's own limits, all kinds of events, some objects left alive. */
function mixedTrace(): readonly EventRecord[] {
  const events: EventRecord[] = [];
  for (const size of [1, 16, 17, 100, 1_024, 1_025, 5_000, 64, 3, 2_000]) {
    events.push({ op: MALLOC, size }, { op: CALLOC, size: size + 1 }, { op: MEMALIGN, alignLog2: 6, size });
    events.push({ op: REALLOC, age: 1, size: 2 * size }, { op: REALLOC, age: 2, size: Math.ceil(size / 2) });
    events.push({ op: FREE, age: 1 }, { op: FREE, age: 2 });
  }
  return events;
}

function faultOf(heap: FakeHeap): string {
  try {
    replayChecked(decodeTrace(encodeTrace(mixedTrace())), heap);
  } catch (error) {
    if (error instanceof ShadowError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a checked replay', () => {
  it('is content with an honest allocator', () => {
    const heap = new FakeHeap();
    const report = replayChecked(decodeTrace(encodeTrace(mixedTrace())), heap);
    expect(report).toMatchObject({ events: 70, closed: 10 });
    expect(report.checkpoints).toBe(70);
    expect(heap.blocks.size).toBe(0);
  });

  it.each<[Fault, string]>([
    ['misaligned', 'misaligned'],
    ['overlap', 'overlap'],
    ['outside', 'outside'],
    ['exhausted', 'exhausted'],
    ['writes-into-block', 'content'],
    ['loses-on-realloc', 'content'],
    ['forgets-to-zero', 'not-zeroed'],
    ['forgets-to-free', 'live-set'],
    ['hides-a-block', 'leak'],
    ['small-usable-size', 'usable-size'],
    ['broken-records', 'audit'],
  ])('finds a planted fault: %s', (fault, code) => {
    expect(faultOf(new FakeHeap(fault))).toBe(code);
  });

  it('names the event', () => {
    const trace = decodeTrace(
      encodeTrace([
        { op: MALLOC, size: 8 },
        { op: MALLOC, size: 8 },
      ]),
    );
    expect(() => replayChecked(trace, new FakeHeap('exhausted', 2))).toThrow(/^event 1: object 2/);
  });
});

describe('Shadow', () => {
  const make = () => {
    const buffer = new ArrayBuffer(1 << 16);
    return { buffer, bytes: new Uint8Array(buffer), shadow: new Shadow(1 << 16, 10, () => buffer) };
  };

  it.each([1, 15, 16, 100, 1_024])('sees a change of any byte of a block of %i', (size) => {
    for (let i = 0; i < size; i++) {
      const { bytes, shadow } = make();
      shadow.made(1, 4_096, size);
      bytes[4_096 + i] ^= 0x10;
      expect(() => shadow.freeing(1)).toThrow(`byte ${i} of ${size}`);
    }
  });

  it.each([0, 63, 64, 128, 4_992, 5_000 - 64, 4_999])('sees a change of byte %i of a larger block', (i) => {
    const { bytes, shadow } = make();
    shadow.made(1, 4_096, 5_000);
    bytes.fill(0, 4_096 + (i & ~63), 4_096 + i + 1);
    expect(() => shadow.freeing(1)).toThrow('of 5000 is 0');
  });

  it('lets blocks touch but not share a granule, in either order', () => {
    const { shadow } = make();
    shadow.made(1, 1_024, 32);
    shadow.made(2, 1_056, 16);
    shadow.made(3, 1_008, 16);
    expect(() => shadow.made(4, 1_040, 1)).toThrow('overlap object 1');
    expect(() => shadow.made(5, 992, 17)).toThrow('overlap object 3');
  });

  it('forgets a freed block, and knows the blocks that start at an address', () => {
    const { shadow } = make();
    shadow.made(1, 1_024, 40);
    expect([shadow.startsAt(1_024), shadow.startsAt(1_040), shadow.startsAt(2_048)]).toEqual([1, 0, 0]);
    expect(shadow.freeing(1)).toBe(1_024);
    expect([shadow.startsAt(1_024), shadow.held, shadow.heldBytes, shadow.peakBytes]).toEqual([0, 0, 0, 40]);
    shadow.made(2, 1_024, 64);
  });

  it('wants contents kept up to the smaller size when a block shrinks or grows', () => {
    for (const [from, to] of [
      [3_000, 100],
      [100, 3_000],
      [3_000, 2_000],
    ]) {
      const { bytes, shadow } = make();
      shadow.made(1, 1_024, from);
      const old = shadow.resizing(1);
      bytes.copyWithin(8_192, old, old + Math.min(from, to));
      shadow.resized(1, 8_192, to);
      expect(shadow.freeing(1)).toBe(8_192);
    }
  });

  it('follows a buffer that grows and one that is replaced', () => {
    const growing = new ArrayBuffer(1_024, { maxByteLength: 8_192 });
    let buffer: ArrayBuffer = growing;
    const shadow = new Shadow(1 << 16, 10, () => buffer);
    expect(() => shadow.made(1, 1_024, 16)).toThrow('outside');
    growing.resize(4_096);
    shadow.made(1, 1_024, 16);
    buffer = growing.slice(0);
    shadow.freeing(1);
  });
});
