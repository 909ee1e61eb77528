/** encodeTrace against decodeTrace on traces drawn at random, and every fault that it refuses. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALLOC, decodeTrace, encodeTrace, FREE, MALLOC, MEMALIGN, REALLOC, type Trace } from '../src/index.js';
import { bytesOf } from './bytes.js';
import { faultOf } from './faults.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const draw = fc.record({
  op: fc.integer({ min: MALLOC, max: MEMALIGN }),
  tid: fc.nat(255),
  alignLog2: fc.nat(31),
  /** Which of the live objects. */
  pick: fc.nat(1_000),
  size: fc.oneof(fc.constantFrom(0, 255, 256, 65_536, 2 ** 24, 2 ** 31, 2 ** 32 - 1), u32),
});
type Draw = typeof draw extends fc.Arbitrary<infer T> ? T : never;

/** A trace of these events; a free or realloc while nothing is alive becomes a malloc. */
function traceOf(draws: readonly Draw[], threads: number): Trace {
  const live: number[] = [];
  let objects = 0;
  const events = draws.map(({ op, tid, alignLog2, pick, size }) => {
    const ends = (op === FREE || op === REALLOC) && live.length > 0;
    const at = pick % Math.max(1, live.length);
    const object = ends ? live[at] : ++objects;
    if (!ends) live.push(object);
    else if (op === FREE) live.splice(at, 1);
    const verb = ends || op === CALLOC || op === MEMALIGN ? op : MALLOC;
    return {
      op: verb,
      tid: tid % threads,
      alignLog2: verb === MEMALIGN ? alignLog2 : 0,
      object,
      size: verb === FREE ? 0 : size,
    };
  });
  return {
    events: events.length,
    threads,
    objects,
    op: Uint8Array.from(events, ({ op }) => op),
    tid: Uint8Array.from(events, ({ tid }) => tid),
    alignLog2: Uint8Array.from(events, ({ alignLog2 }) => alignLog2),
    object: Uint32Array.from(events, ({ object }) => object),
    size: Uint32Array.from(events, ({ size }) => size),
  };
}

/** malloc, realloc, free of one object; with some arrays replaced. */
function small(change: Partial<Trace> = {}): Trace {
  return {
    events: 3,
    threads: 1,
    objects: 1,
    op: Uint8Array.of(MALLOC, REALLOC, FREE),
    tid: new Uint8Array(3),
    alignLog2: new Uint8Array(3),
    object: Uint32Array.of(1, 1, 1),
    size: Uint32Array.of(1, 2, 0),
    ...change,
  };
}

describe('encodeTrace', () => {
  test('decodes to an equal trace', () => {
    fc.assert(
      fc.property(fc.array(draw, { maxLength: 300 }), fc.integer({ min: 1, max: 256 }), (draws, threads) => {
        const trace = traceOf(draws, threads);
        expect(decodeTrace(encodeTrace(trace))).toEqual(trace);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  test('writes the bytes of the format', () => {
    const events = [
      { op: MALLOC, size: 1 },
      { op: REALLOC, size: 2 },
      { op: FREE, age: 0 },
    ];
    expect(encodeTrace(small())).toEqual(bytesOf(events));
  });

  test.each<[string, string, Trace]>([
    ['length', 'an array that is too short', small({ size: Uint32Array.of(1, 2) })],
    ['length', 'another number of events', small({ events: 2 })],
    ['thread', 'no thread', small({ threads: 0 })],
    ['thread', '257 threads', small({ threads: 257 })],
    ['thread', 'a number that is none', small({ threads: Number.NaN })],
    ['thread', 'a thread that is not there', small({ tid: Uint8Array.of(0, 1, 0) })],
    ['operation', 'operation 0', small({ op: Uint8Array.of(MALLOC, 0, FREE) })],
    ['operation', 'operation 6', small({ op: Uint8Array.of(MALLOC, 6, FREE) })],
    ['alignment', 'a malloc with an alignment', small({ alignLog2: Uint8Array.of(4, 0, 0) })],
    ['size', 'a free with a size', small({ size: Uint32Array.of(1, 2, 3) })],
    ['object', 'a double free', small({ op: Uint8Array.of(MALLOC, FREE, FREE), size: Uint32Array.of(1, 0, 0) })],
    ['object', 'an object that is not made yet', small({ object: Uint32Array.of(1, 2, 1) })],
    ['object', 'object 0', small({ object: Uint32Array.of(1, 0, 1) })],
    ['object', 'objects out of order', small({ object: Uint32Array.of(2, 2, 2) })],
    ['object', 'another number of objects', small({ objects: 2 })],
  ])('refuses a wrong %s: %s', (code, _, trace) => {
    expect(faultOf(() => encodeTrace(trace))).toBe(code);
  });
});
