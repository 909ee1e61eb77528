/**
 * The replay of a recorded trace, over and over: after its last event everything that is still alive is freed, in the order
 * in which it was made, and the trace begins anew. These closing frees are part of the stream, so a pass leaves nothing.
 *
 * One step = one event or one closing free. All threads of a trace are replayed by one, in the recorded order. The trace is
 * decoded and checked beforehand; the loop only indexes. There is no shadow checker here (see ../shadow.ts), so blocks are
 * not written to, except by calloc and by reallocs that copy.
 *
 * Each block freed counts 1 in the checksum, so an allocation that got no memory shows when its object is to be freed.
 */

import type { Blocks, Slots, Subject } from '../allocators/subject.js';
import { UnsupportedError } from '../errors.js';
import { CALLOC, FREE, MALLOC, MEMALIGN, REALLOC, readTrace, type Trace } from '../trace.js';
import { type Loop, type Reference, roundToUnit, STEPS, type Workload } from './workload.js';

/** A trace with its closing frees. All arrays have one element per step. */
interface Program {
  readonly length: number;
  readonly objects: number;
  readonly op: Uint8Array;
  readonly alignLog2: Uint8Array;
  readonly object: Uint32Array;
  readonly size: Uint32Array;
}

class Replay<B> implements Loop {
  checksum = 0;
  private cursor = 0;
  private readonly blocks: Required<Blocks<B>>;
  private readonly none: B;
  /** The block of each object; `none` before it is made and after it is freed. */
  private readonly table: Slots<B>;
  private readonly program: Program;

  constructor(subject: Subject<B>, program: Program) {
    this.blocks = withAll(subject.blocks, program);
    this.none = subject.none;
    this.table = subject.slots(program.objects + 1);
    this.program = program;
  }

  run(steps: number): void {
    for (let left = steps; left > 0; ) {
      const count = Math.min(left, this.program.length - this.cursor);
      this.replay(this.cursor, this.cursor + count);
      this.cursor = (this.cursor + count) % this.program.length;
      left -= count;
    }
  }

  drain(): void {
    const { blocks, none, table } = this;
    for (let object = 1; object < table.length; object++) {
      if (table[object] === none) continue;
      blocks.free(table[object]);
      table[object] = none;
    }
  }

  private replay(from: number, to: number): void {
    const { blocks, none, table } = this;
    const { op, alignLog2, object, size } = this.program;
    let sum = this.checksum;
    for (let i = from; i < to; i++) {
      const which = object[i];
      switch (op[i]) {
        case MALLOC:
          table[which] = blocks.malloc(size[i]);
          break;
        case FREE:
          if (table[which] === none) break;
          blocks.free(table[which]);
          table[which] = none;
          sum = (sum + 1) | 0;
          break;
        case CALLOC:
          table[which] = blocks.calloc(1, size[i]);
          break;
        case REALLOC:
          table[which] = blocks.realloc(table[which], size[i]);
          break;
        default:
          table[which] = blocks.alignedAlloc(2 ** alignLog2[i], size[i]);
      }
      sum = (sum + size[i]) | 0;
    }
    this.checksum = sum;
  }
}

/** The verbs that the program uses must exist; the others are never called. */
export function withAll<B>(blocks: Blocks<B>, program: { readonly op: Uint8Array }): Required<Blocks<B>> {
  if (blocks.alignedAlloc === undefined && program.op.includes(MEMALIGN))
    throw new UnsupportedError('n/a: no memalign');
  if (blocks.realloc === undefined && program.op.includes(REALLOC)) throw new UnsupportedError('n/a: no realloc');
  if (blocks.calloc === undefined && program.op.includes(CALLOC)) throw new UnsupportedError('n/a: no calloc');
  return blocks as Required<Blocks<B>>;
}

/** Appends a free for every object that the trace leaves alive. */
export function closeTrace(trace: Trace): Program {
  const alive = new Uint8Array(trace.objects + 1).fill(1, 1);
  for (let i = 0; i < trace.events; i++) {
    if (trace.op[i] === FREE) alive[trace.object[i]] = 0;
  }
  const left = Uint32Array.from(alive.keys()).filter((object) => alive[object] === 1);
  const length = trace.events + left.length;
  const op = new Uint8Array(length).fill(FREE);
  const alignLog2 = new Uint8Array(length);
  const object = new Uint32Array(length);
  const size = new Uint32Array(length);
  op.set(trace.op);
  alignLog2.set(trace.alignLog2);
  object.set(trace.object);
  object.set(left, trace.events);
  size.set(trace.size);
  return { length, objects: trace.objects, op, alignLog2, object, size };
}

function replayReference(program: Program): Reference {
  const sums = new Float64Array(program.length + 1);
  for (let i = 0; i < program.length; i++) sums[i + 1] = sums[i] + (program.op[i] === FREE ? 1 : program.size[i]);
  let steps = 0;
  return {
    advance(more) {
      steps += more;
      const passes = Math.floor(steps / program.length);
      return Number(
        BigInt.asIntN(32, BigInt(passes) * BigInt(sums[program.length]) + BigInt(sums[steps % program.length])),
      );
    },
  };
}

/** The workload of a trace in ../traces. It is read when first needed, which tells how many steps one pass has. */
export function traceReplay(trace: string): Workload {
  let program: Program | undefined;
  const load = () => (program ??= closeTrace(readTrace(trace)));
  return {
    name: `trace ${trace}`,
    get steps() {
      return roundToUnit(STEPS, load().length);
    },
    unit: 1,
    get settling() {
      return load().length;
    },
    prepare: (subject) => new Replay(subject, load()),
    reference: () => replayReference(load()),
  };
}
