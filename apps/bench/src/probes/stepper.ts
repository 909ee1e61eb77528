/**
 * A recorded trace, one step at a time, for probes that look at the heap or at the clock between two steps. The program is a
 * trace with its closing frees (workloads/replay.ts), so a pass leaves nothing, and the next one may follow.
 *
 * `hash` takes in every address that the allocator answered: two replays with equal hashes did the same work. Cost: a few
 * nanoseconds per step beside the operation. Garbage: none.
 */

import type { Blocks } from '../allocators/subject.js';
import { BenchError } from '../errors.js';
import { CALLOC, FREE, MALLOC, REALLOC, readTrace } from '../trace.js';
import { closeTrace, withAll } from '../workloads/replay.js';
import type { Program } from '../workloads/workload.js';

export type { Program };

/** The trace of ../traces with this name, and its closing frees. */
export function readProgram(trace: string): Program {
  return closeTrace(readTrace(trace));
}

export class Stepper {
  /** Over all addresses so far, a signed 32-bit number. */
  hash = 0;
  private readonly blocks: Required<Blocks<number>>;
  private readonly program: Program;
  /** The address of each object; 0 before it is made and after it is freed. */
  private readonly table: Uint32Array;

  /** Throws an UnsupportedError when the allocator lacks what the program asks for. */
  constructor(blocks: Blocks<number>, program: Program) {
    this.blocks = withAll(blocks, program);
    this.program = program;
    this.table = new Uint32Array(program.objects + 1);
  }

  /** Does step `index` of the program; steps are done in order, pass after pass. */
  step(index: number): void {
    const { blocks, table, program } = this;
    const object = program.object[index];
    const size = program.size[index];
    switch (program.op[index]) {
      case FREE:
        if (table[object] !== 0) blocks.free(table[object]);
        table[object] = 0;
        return;
      case MALLOC:
        table[object] = blocks.malloc(size);
        break;
      case CALLOC:
        table[object] = blocks.calloc(1, size);
        break;
      case REALLOC:
        table[object] = blocks.realloc(table[object], size);
        break;
      default:
        table[object] = blocks.alignedAlloc(2 ** program.alignLog2[index], size);
    }
    this.hash = (Math.imul(this.hash, 31) + table[object]) | 0;
  }

  /** Where the object of a step is now; 0 when it is nowhere. */
  addressAt(index: number): number {
    return this.table[this.program.object[index]];
  }
}

/** Bytes of the object that each step makes, resizes or frees: what was asked for. */
export function sizesOf({ length, objects, op, object, size }: Program): Uint32Array {
  const current = new Uint32Array(objects + 1);
  const sizes = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    if (op[i] !== FREE) current[object[i]] = size[i];
    sizes[i] = current[object[i]];
  }
  return sizes;
}

/** Bytes asked for and held after each step. */
export function heldAfter({ length, objects, op, object, size }: Program): Float64Array {
  const current = new Uint32Array(objects + 1);
  const held = new Float64Array(length);
  let sum = 0;
  for (let i = 0; i < length; i++) {
    const bytes = op[i] === FREE ? 0 : size[i];
    sum += bytes - current[object[i]];
    current[object[i]] = bytes;
    held[i] = sum;
  }
  return held;
}

/** The first step after which most bytes are held. */
export function peakOf(program: Program): number {
  const held = heldAfter(program);
  if (held.length === 0) throw new BenchError('the trace has no events, so it has no peak');
  return held.reduce((peak, bytes, i) => (bytes > held[peak] ? i : peak), 0);
}
