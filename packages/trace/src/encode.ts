/**
 * Writes a trace as bytes, the opposite of decode.ts: what it returns decodes to an equal trace, and what could not be
 * decoded is refused with the same errors. O(events); 5 bytes per event for a while beside the result.
 */

import { BYTES_PER_EVENT, HEADER_BYTES, MAGIC, PLANE, VERSION } from './decode.js';
import { TraceError } from './errors.js';
import { checkFields, FREE, makes, notAlive, type Trace } from './trace.js';

/**
 * Encodes a trace, not compressed: 16 bytes and 11 per event. Throws a TraceError when an array has another length than
 * `events`, when an event says what none can (as decodeTrace), or when the numbers of the objects are not those in
 * which they are made.
 */
export function encodeTrace(trace: Trace): Uint8Array<ArrayBuffer> {
  const { events, threads, op, tid, alignLog2, size } = trace;
  checkLengths(trace);
  checkFields(trace);
  const age = agesOf(trace);
  const bytes = new Uint8Array(HEADER_BYTES + events * BYTES_PER_EVENT);
  const header = new DataView(bytes.buffer);
  for (const [i, word] of [MAGIC, VERSION, events, threads].entries()) header.setUint32(4 * i, word, true);
  const put = (plane: number, values: Uint8Array | Uint32Array, shift = 0): void => {
    const start = HEADER_BYTES + plane * events;
    for (let i = 0; i < events; i++) bytes[start + i] = values[i] >>> shift;
  };
  put(PLANE.op, op);
  put(PLANE.tid, tid);
  put(PLANE.alignLog2, alignLog2);
  for (let byte = 0; byte < 4; byte++) {
    put(PLANE.age + byte, age, 8 * byte);
    put(PLANE.size + byte, size, 8 * byte);
  }
  return bytes;
}

function checkLengths({ events, op, tid, alignLog2, object, size }: Trace): void {
  for (const [name, { length }] of Object.entries({ op, tid, alignLog2, object, size })) {
    if (length !== events) throw new TraceError('length', `${name} has ${length} elements; there are ${events} events`);
  }
}

/** For each event the objects made so far − its own; 0 for one that makes an object. */
function agesOf({ op, object, objects }: Trace): Uint32Array {
  const age = new Uint32Array(op.length);
  const alive = new Uint8Array(op.length + 1);
  let made = 0;
  for (let i = 0; i < op.length; i++) {
    if (makes(op[i])) {
      if (object[i] !== ++made)
        throw new TraceError('object', `event ${i}: makes object ${object[i]}, expected ${made}`);
    } else if (alive[object[i]] !== 1) throw notAlive(i, object[i], made);
    age[i] = made - object[i];
    alive[object[i]] = op[i] === FREE ? 0 : 1;
  }
  if (made !== objects) throw new TraceError('object', `${objects} objects; the events make ${made}`);
  return age;
}
