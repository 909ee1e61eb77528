/**
 * A recorded trace divided among its threads. Each thread gets its own events, in the recorded order, and at its end a free
 * for every object that the trace leaves alive and that it was the last to use.
 *
 * Where an event uses an object that another thread used before, the address is handed over through a box, one word of
 * shared memory: the thread of the earlier event gives, that of the later one takes. Each box has one giver and one taker.
 *
 *   box   0 = empty → the address → 0
 *
 * So an event waits for the events of other threads on its own object, and for nothing else. Every wait is for an event that
 * was recorded earlier, so the earliest event that is not done can always be done, and the replay cannot come to a standstill.
 */

import { FREE, type Trace } from '../../trace.js';

/** What one thread does. All arrays have one element per step. */
export interface ThreadProgram {
  readonly length: number;
  /** The steps before the closing frees. */
  readonly recorded: number;
  readonly op: Uint8Array;
  readonly alignLog2: Uint8Array;
  readonly object: Uint32Array;
  readonly size: Uint32Array;
  /** The box that the address is taken from before the step; 0 for none. */
  readonly takes: Uint32Array;
  /** The box that the address is given to after the step; 0 for none. */
  readonly gives: Uint32Array;
}

export interface DividedTrace {
  readonly objects: number;
  /** Boxes have numbers from 1. */
  readonly boxes: number;
  readonly threads: readonly ThreadProgram[];
}

interface Step {
  readonly op: number;
  readonly alignLog2: number;
  readonly object: number;
  readonly size: number;
  takes: number;
  gives: number;
}

export function divideTrace(trace: Trace): DividedTrace {
  const threads: Step[][] = Array.from({ length: trace.threads }, () => []);
  /** The last step on each object so far, and whose it is. */
  const lastStep: Step[] = [];
  const lastThread: number[] = [];
  let boxes = 0;
  for (let i = 0; i < trace.events; i++) {
    const object = trace.object[i];
    const thread = trace.tid[i];
    const step = { op: trace.op[i], alignLog2: trace.alignLog2[i], object, size: trace.size[i], takes: 0, gives: 0 };
    threads[thread].push(step);
    if (lastStep[object] !== undefined && lastThread[object] !== thread) {
      step.takes = ++boxes;
      lastStep[object].gives = boxes;
    }
    lastStep[object] = step;
    lastThread[object] = thread;
  }
  const recorded = threads.map((steps) => steps.length);
  for (let object = 1; object <= trace.objects; object++) {
    if (lastStep[object].op === FREE) continue;
    threads[lastThread[object]].push({ op: FREE, alignLog2: 0, object, size: 0, takes: 0, gives: 0 });
  }
  return { objects: trace.objects, boxes, threads: threads.map((steps, thread) => pack(steps, recorded[thread])) };
}

function pack(steps: readonly Step[], recorded: number): ThreadProgram {
  return {
    length: steps.length,
    recorded,
    op: Uint8Array.from(steps, ({ op }) => op),
    alignLog2: Uint8Array.from(steps, ({ alignLog2 }) => alignLog2),
    object: Uint32Array.from(steps, ({ object }) => object),
    size: Uint32Array.from(steps, ({ size }) => size),
    takes: Uint32Array.from(steps, ({ takes }) => takes),
    gives: Uint32Array.from(steps, ({ gives }) => gives),
  };
}

/**
 * The divided trace for ../../../native/team-replay.c, numbers as this machine has them:
 *
 *   u32 objects │ u32 boxes │ u32 threads │ per thread: u32 length, then `length` each of u32 object, u32 size,
 *   u32 takes, u32 gives, u8 operation, u8 log2 of alignment
 */
export function encodeDivided({ objects, boxes, threads }: DividedTrace): Uint8Array {
  const parts = threads.flatMap(({ length, object, size, takes, gives, op, alignLog2 }) => [
    ...[Uint32Array.of(length), object, size, takes, gives].map(bytesOf),
    op,
    alignLog2,
  ]);
  return Buffer.concat([bytesOf(Uint32Array.of(objects, boxes, threads.length)), ...parts]);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
