/**
 * The replay of a recorded trace, over and over: after its last event everything that is still alive is freed, in the
 * order in which it was made, and the trace begins anew. These closing frees are part of the stream, so a pass leaves
 * nothing.
 *
 * One step = one event or one closing free. All threads of a trace are replayed by one, in the recorded order. The
 * trace is decoded and checked beforehand; the loop only indexes. There is no shadow checker here (see ../shadow.ts),
 * so blocks are not written to, except by calloc and by reallocs that copy.
 *
 * Each block freed counts 1 in the checksum, so an allocation that got no memory shows when its object is to be freed.
 */

import { basename } from 'node:path';
import type { Blocks, Slots, Subject } from '../allocators/subject.js';
import { UnsupportedError } from '../errors.js';
import { CALLOC, FILE_PREFIX, FREE, MEMALIGN, REALLOC, readTrace, type Trace } from '../trace.js';
import { type Loop, type Program, type Reference, roundToUnit, STEPS, type Workload } from './workload.js';

/** As a closure, see churn.ts. */
function replayLoop<B>(subject: Subject<B>, program: Program): Loop {
  const blocks = withAll(subject.blocks, program);
  const { none } = subject;
  const { length, op, alignLog2, object, size } = program;
  /** The block of each object; `none` before it is made and after it is freed. */
  const table: Slots<B> = subject.slots(program.objects + 1);
  let cursor = 0;
  let checksum = 0;

  function replay(from: number, to: number): void {
    let sum = checksum | 0;
    for (let i = from; i < to; i++) {
      const which = object[i];
      switch (op[i]) {
        case 1: // malloc; literals, as V8 loads and checks an imported constant at each use
          table[which] = blocks.malloc(size[i]);
          break;
        case 2: // free
          if (table[which] === none) break;
          blocks.free(table[which]);
          table[which] = none;
          sum = (sum + 1) | 0;
          break;
        case 3: // calloc
          table[which] = blocks.calloc(1, size[i]);
          break;
        case 4: // realloc
          table[which] = blocks.realloc(table[which], size[i]);
          break;
        default:
          table[which] = blocks.alignedAlloc((1 << alignLog2[i]) >>> 0, size[i]);
      }
      sum = (sum + size[i]) | 0;
    }
    checksum = sum;
  }

  function run(steps: number): void {
    for (let left = steps; left > 0; ) {
      const count = Math.min(left, length - cursor);
      replay(cursor, cursor + count);
      cursor = (cursor + count) % length;
      left -= count;
    }
  }

  function drain(): void {
    for (let object = 1; object < table.length; object++) {
      if (table[object] === none) continue;
      blocks.free(table[object]);
      table[object] = none;
    }
  }

  return {
    run,
    drain,
    get checksum() {
      return checksum;
    },
  };
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

/**
 * The workload of a trace by its name or file (../trace.ts). It is read when first needed, which tells how many steps
 * one pass has.
 */
export function traceReplay(trace: string): Workload {
  let program: Program | undefined;
  const load = () => (program ??= closeTrace(readTrace(trace)));
  return {
    name: `trace ${trace}`,
    ...(trace.startsWith(FILE_PREFIX) && { title: `trace ${basename(trace.slice(FILE_PREFIX.length))}` }),
    get steps() {
      return roundToUnit(STEPS, load().length);
    },
    unit: 1,
    get settling() {
      return load().length;
    },
    native: { words: ['replay'], program: load },
    prepare: (subject) => replayLoop(subject, load()),
    reference: () => replayReference(load()),
  };
}
