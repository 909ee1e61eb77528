/**
 * Reads the bytes of a trace (the format is drawn in README.md). The age that they give for a freed or reallocated
 * object is resolved to the object's number, so that a replayer only indexes, and everything is checked: magic,
 * version, length, and each event. What comes out can be replayed without further looking. O(events); 1 byte per event
 * for a while beside the result.
 */

import { TraceError } from './errors.js';
import { checkFields, FREE, makes, notAlive, type Trace } from './trace.js';

/** 'HAKT', read as u32 LE. */
export const MAGIC = 0x544b4148;
export const VERSION = 2;
export const HEADER_BYTES = 16;
export const BYTES_PER_EVENT = 11;
/** Planes of one byte per event, in this order; `age` and `size` have four each, lowest byte first. */
export const PLANE = { op: 0, tid: 1, alignLog2: 2, age: 3, size: 7 } as const;

/**
 * Decodes the bytes of a trace, not compressed. Throws a TraceError that names the first fault and its event. The
 * arrays of one byte per event are views of `bytes`.
 */
export function decodeTrace(bytes: Uint8Array): Trace {
  const { events, threads } = readHeader(bytes);
  const { buffer, byteOffset } = bytes;
  const plane = (index: number): Uint8Array =>
    new Uint8Array(buffer, byteOffset + HEADER_BYTES + index * events, events);
  const op = plane(PLANE.op);
  const tid = plane(PLANE.tid);
  const alignLog2 = plane(PLANE.alignLog2);
  const size = joinPlanes(plane, PLANE.size, events);
  checkFields({ op, tid, alignLog2, size, threads });
  return { events, threads, op, tid, alignLog2, size, ...resolveObjects(op, joinPlanes(plane, PLANE.age, events)) };
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
  const expected = HEADER_BYTES + events * BYTES_PER_EVENT;
  if (bytes.length !== expected) {
    throw new TraceError('length', `${bytes.length} bytes; ${events} events take ${expected}`);
  }
  return { events, threads: view.getUint32(12, true) };
}

/** The numbers of four planes, of which this is the first. */
function joinPlanes(plane: (index: number) => Uint8Array, first: number, events: number): Uint32Array {
  const joined = new Uint32Array(events);
  for (let byte = 0; byte < 4; byte++) {
    const values = plane(first + byte);
    for (let i = 0; i < events; i++) joined[i] |= values[i] << (8 * byte);
  }
  return joined;
}

function resolveObjects(op: Uint8Array, age: Uint32Array): { object: Uint32Array; objects: number } {
  const object = new Uint32Array(op.length);
  const alive = new Uint8Array(op.length + 1);
  let objects = 0;
  for (let i = 0; i < op.length; i++) {
    if (makes(op[i])) {
      object[i] = ++objects;
      alive[objects] = 1;
      continue;
    }
    const named = objects - age[i];
    if (named < 1 || alive[named] === 0) throw notAlive(i, named, objects);
    object[i] = named;
    if (op[i] === FREE) alive[named] = 0;
  }
  return { object, objects };
}
