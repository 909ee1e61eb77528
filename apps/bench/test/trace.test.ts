import { describe, expect, it } from 'vitest';
import { TraceError } from '../src/errors.js';
import {
  CALLOC,
  decodeTrace,
  decompress,
  FREE,
  MALLOC,
  MEMALIGN,
  REALLOC,
  readTrace,
  TRACE_NAMES,
} from '../src/trace.js';
import { compress, type EventRecord, encodeTrace } from './trace-file.js';

const EVENTS: readonly EventRecord[] = [
  { op: MALLOC, size: 100 },
  { op: CALLOC, tid: 1, size: 0x0102_0304 },
  { op: MEMALIGN, alignLog2: 6, size: 0xffff_ffff },
  { op: REALLOC, age: 2, size: 7 },
  { op: FREE, age: 1 },
  { op: MALLOC, size: 1 },
  { op: FREE, tid: 2, age: 3 },
];

function codeOf(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof TraceError) return error.code;
    throw error;
  }
  return 'none';
}

/** The encoded events with some bytes changed. */
function changed(bytes: Record<number, number>): Uint8Array {
  const file = encodeTrace(EVENTS, 3);
  for (const [offset, value] of Object.entries(bytes)) file[Number(offset)] = value;
  return file;
}

describe('decodeTrace', () => {
  it('gives back what was written, ages turned into objects', () => {
    const trace = decodeTrace(decompress(compress(encodeTrace(EVENTS, 3))));
    expect(trace).toMatchObject({ events: 7, threads: 3, objects: 4 });
    expect([...trace.op]).toEqual(EVENTS.map(({ op }) => op));
    expect([...trace.tid]).toEqual([0, 1, 0, 0, 0, 0, 2]);
    expect([...trace.alignLog2]).toEqual([0, 0, 6, 0, 0, 0, 0]);
    expect([...trace.object]).toEqual([1, 2, 3, 1, 2, 4, 1]);
    expect([...trace.size]).toEqual([100, 0x0102_0304, 0xffff_ffff, 7, 0, 1, 0]);
  });

  it('takes a trace without events', () => {
    expect(decodeTrace(encodeTrace([]))).toMatchObject({ events: 0, objects: 0 });
  });

  it('reads a file that is not aligned in its buffer', () => {
    const file = encodeTrace(EVENTS, 3);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(decodeTrace(shifted.subarray(3)).events).toBe(7);
  });

  it.each([
    ['magic', () => decodeTrace(changed({ 0: 0x58 }))],
    ['version', () => decodeTrace(changed({ 4: 3 }))],
    ['length', () => decodeTrace(new Uint8Array(15))],
    ['length', () => decodeTrace(changed({ 8: 8 }))],
    ['length', () => decodeTrace(encodeTrace(EVENTS, 3).subarray(0, -1))],
    ['thread', () => decodeTrace(encodeTrace(EVENTS, 0))],
    ['thread', () => decodeTrace(encodeTrace(EVENTS, 2))],
    ['operation', () => decodeTrace(encodeTrace([{ op: 0 }]))],
    ['operation', () => decodeTrace(encodeTrace([{ op: 6 }]))],
    ['alignment', () => decodeTrace(encodeTrace([{ op: MALLOC, alignLog2: 4, size: 1 }]))],
    ['alignment', () => decodeTrace(encodeTrace([{ op: MEMALIGN, alignLog2: 32, size: 1 }]))],
    [
      'size',
      () =>
        decodeTrace(
          encodeTrace([
            { op: MALLOC, size: 1 },
            { op: FREE, size: 1 },
          ]),
        ),
    ],
    ['object', () => decodeTrace(encodeTrace([{ op: FREE }]))],
    [
      'object',
      () =>
        decodeTrace(
          encodeTrace([
            { op: MALLOC, size: 1 },
            { op: FREE, age: 1 },
          ]),
        ),
    ],
    ['object', () => decodeTrace(encodeTrace([{ op: MALLOC, size: 1 }, { op: FREE }, { op: FREE }]))],
    ['object', () => decodeTrace(encodeTrace([{ op: MALLOC, size: 1 }, { op: FREE }, { op: REALLOC, size: 2 }]))],
    [
      'object',
      () =>
        decodeTrace(
          encodeTrace([
            { op: MALLOC, size: 1 },
            { op: FREE, age: 0xffff_ffff },
          ]),
        ),
    ],
    ['compression', () => decompress(encodeTrace(EVENTS))],
    ['compression', () => decompress(compress(encodeTrace(EVENTS)).subarray(0, -4))],
  ])('refuses a wrong %s', (code, decode) => {
    expect(codeOf(decode)).toBe(code);
  });
});

describe('the recorded traces', () => {
  it.each([
    ['sqlite', 93_424, 1, 46_679],
    ['ffmpeg', 54_258, 3, 26_903],
    ['jq', 378_267, 1, 189_133],
    ['php', 412_771, 1, 205_452],
    ['gcc', 1_000_000, 1, 484_228],
    ['perl', 1_000_000, 1, 753_143],
    ['python', 749_533, 1, 366_025],
  ])('%s has %i events', (name, events, threads, objects) => {
    expect(TRACE_NAMES).toContain(name);
    expect(readTrace(name)).toMatchObject({ events, threads, objects });
  });
});
