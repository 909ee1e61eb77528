/** What decodeTrace makes of bytes written by hand, and every fault that it refuses. */

import { describe, expect, test } from 'vitest';
import { CALLOC, decodeTrace, FREE, MALLOC, MEMALIGN, REALLOC, TraceError } from '../src/index.js';
import { bytesOf, type EventRecord } from './bytes.js';
import { faultOf } from './faults.js';

const EVENTS: readonly EventRecord[] = [
  { op: MALLOC, size: 100 },
  { op: CALLOC, tid: 1, size: 0x0102_0304 },
  { op: MEMALIGN, alignLog2: 6, size: 0xffff_ffff },
  { op: REALLOC, age: 2, size: 7 },
  { op: FREE, age: 1 },
  { op: MALLOC, size: 1 },
  { op: FREE, tid: 2, age: 3 },
];
const ONE = { op: MALLOC, size: 1 };

/** The bytes of the events with some of them changed. */
function changed(bytes: Record<number, number>): Uint8Array {
  const file = bytesOf(EVENTS, 3);
  for (const [offset, value] of Object.entries(bytes)) file[Number(offset)] = value;
  return file;
}

describe('decodeTrace', () => {
  test('gives back what was written, ages turned into objects', () => {
    const trace = decodeTrace(bytesOf(EVENTS, 3));
    expect(trace).toMatchObject({ events: 7, threads: 3, objects: 4 });
    expect([...trace.op]).toEqual(EVENTS.map(({ op }) => op));
    expect([...trace.tid]).toEqual([0, 1, 0, 0, 0, 0, 2]);
    expect([...trace.alignLog2]).toEqual([0, 0, 6, 0, 0, 0, 0]);
    expect([...trace.object]).toEqual([1, 2, 3, 1, 2, 4, 1]);
    expect([...trace.size]).toEqual([100, 0x0102_0304, 0xffff_ffff, 7, 0, 1, 0]);
  });

  test('takes a trace without events', () => {
    expect(decodeTrace(bytesOf([]))).toMatchObject({ events: 0, objects: 0 });
  });

  test('reads bytes that are not aligned in their buffer', () => {
    const bytes = bytesOf(EVENTS, 3);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeTrace(shifted.subarray(3))).toEqual(decodeTrace(bytes));
  });

  test.each<[string, string, Uint8Array]>([
    ['magic', 'another magic', changed({ 0: 0x58 })],
    ['version', 'another version', changed({ 4: 3 })],
    ['length', 'less than a header', new Uint8Array(15)],
    ['length', 'more events than bytes', changed({ 8: 8 })],
    ['length', 'a byte too few', bytesOf(EVENTS, 3).subarray(0, -1)],
    ['thread', 'no thread', bytesOf(EVENTS, 0)],
    ['thread', 'no thread and no event', bytesOf([], 0)],
    ['thread', '257 threads', bytesOf(EVENTS, 257)],
    ['thread', 'a thread that is not there', bytesOf(EVENTS, 2)],
    ['operation', 'operation 0', bytesOf([{ op: 0 }])],
    ['operation', 'operation 6', bytesOf([{ op: 6 }])],
    ['alignment', 'a malloc with an alignment', bytesOf([{ op: MALLOC, alignLog2: 4, size: 1 }])],
    ['alignment', 'an alignment of 2^32', bytesOf([{ op: MEMALIGN, alignLog2: 32, size: 1 }])],
    ['size', 'a free with a size', bytesOf([ONE, { op: FREE, size: 1 }])],
    ['object', 'a free before anything is made', bytesOf([{ op: FREE }])],
    ['object', 'a free of object 0', bytesOf([ONE, { op: FREE, age: 1 }])],
    ['object', 'a double free', bytesOf([ONE, { op: FREE }, { op: FREE }])],
    ['object', 'a realloc after a free', bytesOf([ONE, { op: FREE }, { op: REALLOC, size: 2 }])],
    ['object', 'an age beyond all', bytesOf([ONE, { op: FREE, age: 0xffff_ffff }])],
  ])('refuses a wrong %s: %s', (code, _, bytes) => {
    expect(faultOf(() => decodeTrace(bytes))).toBe(code);
  });

  test('says which event and which value', () => {
    const decode = (): unknown => decodeTrace(bytesOf([ONE, { op: FREE }, { op: FREE }]));
    expect(decode).toThrow(new TraceError('object', 'event 2: object 1 of 1 is not alive'));
  });
});
