/**
 * Reads a recorded allocation trace (format: ../traces/README.md) into typed arrays, one element per event.
 *
 * The age that a file gives for a freed or reallocated object is resolved to the object's number here, so that a replayer
 * only indexes: `object[i]` is 1 … objects for every event, and each object is
 *
 *   made by one malloc, calloc or memalign  →  reallocated any number of times  →  freed at most once
 *
 * which decodeTrace checks for all events, as it checks magic, version, length, operations, threads and alignments. What
 * it returns can be replayed without further looking. Any fault is a TraceError with a code and the number of the event.
 */

import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { TraceError } from './errors.js';
import { packagePath } from './paths.js';

export const MALLOC = 1;
export const FREE = 2;
export const CALLOC = 3;
export const REALLOC = 4;
export const MEMALIGN = 5;

const MAGIC = 0x544b4148; // 'HAKT', read as u32 LE
const VERSION = 2;
const HEADER_BYTES = 16;
const BYTES_PER_EVENT = 11;
const MAX_ALIGNMENT_LOG2 = 31;

/** The traces in ../traces, smallest first. */
export const TRACE_NAMES = ['sqlite', 'ffmpeg', 'jq', 'php', 'gcc', 'perl', 'python'] as const;

export interface Trace {
  /** Number of events; the length of every array below. */
  readonly events: number;
  /** Number of threads that allocate or free. */
  readonly threads: number;
  /** Number of objects that are made. */
  readonly objects: number;
  /** MALLOC … MEMALIGN. */
  readonly op: Uint8Array;
  /** Thread of the event, 0 … threads-1. */
  readonly tid: Uint8Array;
  /** log2 of the alignment for MEMALIGN, else 0. */
  readonly alignLog2: Uint8Array;
  /** Number of the object made, reallocated or freed, 1 … objects. */
  readonly object: Uint32Array;
  /** Bytes asked for; 0 for FREE. */
  readonly size: Uint32Array;
}

/** Reads a trace of ../traces by its name. */
export function readTrace(name: string): Trace {
  return decodeTrace(decompress(readFileSync(packagePath(`traces/${name}.trace.br`))));
}

/** Undoes the compression of a file's bytes. */
export function decompress(file: Uint8Array): Uint8Array {
  try {
    return brotliDecompressSync(file);
  } catch (cause) {
    throw new TraceError('compression', `not one whole brotli stream: ${(cause as Error).message}`);
  }
}

/** Decodes the decompressed bytes of a trace. */
export function decodeTrace(bytes: Uint8Array): Trace {
  const { events, threads } = readHeader(bytes);
  const plane = (index: number) =>
    bytes.subarray(HEADER_BYTES + index * events, HEADER_BYTES + (index + 1) * events) as Uint8Array;
  const op = plane(0);
  const tid = plane(1);
  const alignLog2 = plane(2);
  const size = joinPlanes([plane(7), plane(8), plane(9), plane(10)]);
  const age = joinPlanes([plane(3), plane(4), plane(5), plane(6)]);
  checkFields(op, tid, alignLog2, size, threads);
  const { object, objects } = resolveObjects(op, age);
  return { events, threads, objects, op, tid, alignLog2, object, size };
}

function readHeader(bytes: Uint8Array): { events: number; threads: number } {
  if (bytes.length < HEADER_BYTES) {
    throw new TraceError('length', `${bytes.length} bytes; the header alone takes ${HEADER_BYTES}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getUint32(0, true);
  if (magic !== MAGIC) throw new TraceError('magic', `starts with 0x${magic.toString(16)}, expected 'HAKT'`);
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new TraceError('version', `format version ${version}, expected ${VERSION}`);
  const events = view.getUint32(8, true);
  const threads = view.getUint32(12, true);
  const expected = HEADER_BYTES + events * BYTES_PER_EVENT;
  if (bytes.length !== expected) {
    throw new TraceError('length', `${bytes.length} bytes; ${events} events take ${expected}`);
  }
  if (threads < 1 || threads > 256) throw new TraceError('thread', `${threads} threads, expected 1 to 256`);
  return { events, threads };
}

function joinPlanes(planes: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]): Uint32Array {
  const [lowest, second, third, highest] = planes;
  const joined = new Uint32Array(lowest.length);
  for (let i = 0; i < joined.length; i++) {
    joined[i] = lowest[i] | (second[i] << 8) | (third[i] << 16) | (highest[i] << 24);
  }
  return joined;
}

function checkFields(op: Uint8Array, tid: Uint8Array, alignLog2: Uint8Array, size: Uint32Array, threads: number): void {
  for (let i = 0; i < op.length; i++) {
    if (op[i] < MALLOC || op[i] > MEMALIGN) throw new TraceError('operation', `event ${i}: operation ${op[i]}`);
    if (tid[i] >= threads) throw new TraceError('thread', `event ${i}: thread ${tid[i]} of ${threads}`);
    if (alignLog2[i] > (op[i] === MEMALIGN ? MAX_ALIGNMENT_LOG2 : 0)) {
      throw new TraceError('alignment', `event ${i}: operation ${op[i]} with alignment 2^${alignLog2[i]}`);
    }
    if (op[i] === FREE && size[i] !== 0) throw new TraceError('size', `event ${i}: a free of ${size[i]} bytes`);
  }
}

function resolveObjects(op: Uint8Array, age: Uint32Array): { object: Uint32Array; objects: number } {
  const object = new Uint32Array(op.length);
  const alive = new Uint8Array(op.length + 1);
  let objects = 0;
  for (let i = 0; i < op.length; i++) {
    if (op[i] !== FREE && op[i] !== REALLOC) {
      object[i] = ++objects;
      alive[objects] = 1;
      continue;
    }
    const named = objects - age[i];
    if (named < 1 || alive[named] === 0) {
      throw new TraceError('object', `event ${i}: object ${named} of ${objects} is not alive`);
    }
    object[i] = named;
    if (op[i] === FREE) alive[named] = 0;
  }
  return { object, objects };
}
