/**
 * What a trace is: the calls of a program to its allocator, in the order in which they happened, as typed arrays with
 * one element per event. Objects have numbers, from 1, in the order in which they are made, and each is
 *
 *   made by one malloc, calloc or memalign  →  reallocated any number of times  →  freed at most once
 *
 * Here is also what every event must keep by itself; decode.ts and encode.ts check both, for all events.
 */

import { TraceError } from './errors.js';

/** Operations of events. */
export const MALLOC = 1;
export const FREE = 2;
export const CALLOC = 3;
export const REALLOC = 4;
export const MEMALIGN = 5;

/** Threads have numbers of 8 bits in a trace. */
const MAX_THREADS = 256;
const MAX_ALIGNMENT_LOG2 = 31;

/** A recorded program. */
export interface Trace {
  /** Number of events; the length of every array below. */
  readonly events: number;
  /** Number of threads that allocate or free, 1 … 256. */
  readonly threads: number;
  /** Number of objects that are made. */
  readonly objects: number;
  /** MALLOC … MEMALIGN. */
  readonly op: Uint8Array;
  /** Thread of the event, 0 … threads-1. */
  readonly tid: Uint8Array;
  /** log2 of the alignment in bytes for MEMALIGN, 0 … 31, else 0. */
  readonly alignLog2: Uint8Array;
  /** Number of the object made, reallocated or freed, 1 … objects. */
  readonly object: Uint32Array;
  /** Bytes asked for; 0 for FREE. */
  readonly size: Uint32Array;
}

/** Whether the operation makes an object. */
export function makes(op: number): boolean {
  return op !== FREE && op !== REALLOC;
}

/** Checks what an event says by itself: operation, thread, alignment and size. */
export function checkFields({ op, tid, alignLog2, size, threads }: Omit<Trace, 'events' | 'object' | 'objects'>): void {
  if (!(threads >= 1 && threads <= MAX_THREADS)) {
    throw new TraceError('thread', `${threads} threads, expected 1 to ${MAX_THREADS}`);
  }
  for (let i = 0; i < op.length; i++) {
    if (op[i] < MALLOC || op[i] > MEMALIGN) throw fault('operation', i, `operation ${op[i]}, expected 1 to 5`);
    if (tid[i] >= threads) throw fault('thread', i, `thread ${tid[i]} of ${threads}`);
    if (alignLog2[i] > (op[i] === MEMALIGN ? MAX_ALIGNMENT_LOG2 : 0)) {
      throw fault('alignment', i, `operation ${op[i]} with alignment 2^${alignLog2[i]}`);
    }
    if (op[i] === FREE && size[i] !== 0) throw fault('size', i, `a free of ${size[i]} bytes, expected 0`);
  }
}

/** The error of an event that means an object which is not alive. */
export function notAlive(event: number, object: number, objects: number): TraceError {
  return fault('object', event, `object ${object} of ${objects} is not alive`);
}

function fault(
  code: 'operation' | 'thread' | 'alignment' | 'size' | 'object',
  event: number,
  what: string,
): TraceError {
  return new TraceError(code, `event ${event}: ${what}`);
}
