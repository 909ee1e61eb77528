/**
 * `trace …`: a recorded program with threads, each in a Worker of its own (program.ts says how the trace is divided). The
 * program begins again when its last step is done; a thread may be ahead of another by what the boxes let through.
 *
 * One step = one recorded event or one closing free. Blocks are not written to, except by calloc and by reallocs that copy.
 *
 * An object is in the table of the thread that uses it, or in a box on its way to another: at any time in one place only.
 */

import { FREE, REALLOC, readTrace } from '../../trace.js';
import { withAll } from '../../workloads/replay.js';
import { type DividedTrace, divideTrace, encodeDivided } from './program.js';
import { type NativeTeamLoop, type Part, refused, type Seat, type Tally, type TeamWorkload } from './workload.js';

/** In the last of `passes` the replay stops before the closing frees. */
export function replayPart({ blocks: given, member, shared }: Seat, divided: DividedTrace, passes: number): Part {
  const program = divided.threads[member];
  const { op, alignLog2, object, size, takes, gives } = program;
  const blocks = withAll(given, program);
  const boxes = new Uint32Array(shared);
  /** The address of each object; 0 when this thread does not have it. */
  const table = new Uint32Array(divided.objects + 1);
  let cursor = 0;
  let pass = 1;
  let drained = 0;

  /** From one step up to another, or to one that has to wait; returns where it stopped. */
  function replay(from: number, to: number): number {
    let i = from;
    for (; i < to; i++) {
      const which = object[i];
      if (gives[i] !== 0 && Atomics.load(boxes, gives[i]) !== 0) break;
      if (takes[i] !== 0) {
        const address = Atomics.load(boxes, takes[i]);
        if (address === 0) break;
        table[which] = address;
        Atomics.store(boxes, takes[i], 0);
      }
      switch (op[i]) {
        case 1: // malloc; literals, as V8 loads and checks an imported constant at each use
          table[which] = blocks.malloc(size[i]);
          break;
        case 2: // free
          blocks.free(table[which]);
          table[which] = 0;
          continue;
        case 3: // calloc
          table[which] = blocks.calloc(1, size[i]);
          break;
        case 4: // realloc
          table[which] = blocks.realloc(table[which], size[i]);
          break;
        default:
          table[which] = blocks.alignedAlloc((1 << alignLog2[i]) >>> 0, size[i]);
      }
      if (table[which] === 0) throw refused(size[i]);
      if (gives[i] !== 0) {
        Atomics.store(boxes, gives[i], table[which]);
        table[which] = 0;
      }
    }
    return i;
  }

  return {
    run(steps) {
      const end = pass < passes ? program.length : program.recorded;
      const from = cursor;
      cursor = replay(from, Math.min(from + steps, end));
      const done = cursor - from;
      if (cursor === program.length && pass < passes) {
        cursor = 0;
        pass++;
      }
      return done;
    },
    rest() {},
    drain() {
      for (const box of takes) {
        if (box === 0 || boxes[box] === 0) continue;
        blocks.free(boxes[box]);
        boxes[box] = 0;
        drained++;
      }
      for (const address of table) {
        if (address === 0) continue;
        blocks.free(address);
        drained++;
      }
      table.fill(0);
    },
    get tally() {
      const whole = tallyOf(op);
      const begun = tallyOf(op.subarray(0, cursor));
      return {
        made: (pass - 1) * whole.made + begun.made,
        freed: (pass - 1) * whole.freed + begun.freed + drained,
        changed: (pass - 1) * whole.changed + begun.changed,
      };
    },
  };
}

function tallyOf(op: Uint8Array): Tally {
  let freed = 0;
  let changed = 0;
  for (const each of op) {
    if (each === FREE) freed++;
    if (each === REALLOC) changed++;
  }
  return { made: op.length - freed - changed, freed, changed };
}

/** A trace of ../../../traces that has so many threads, over and over. It is read when first needed. */
export function teamReplay(trace: string, threads: number): TeamWorkload {
  return replaying(`trace ${trace}`, trace, threads, Number.POSITIVE_INFINITY);
}

/** The same up to the last recorded event; what the program left alive is then held. */
export function teamReplayOnce(trace: string, threads: number): TeamWorkload {
  return replaying(`trace ${trace}, once`, trace, threads, 1);
}

function replaying(name: string, trace: string, threads: number, passes: number): TeamWorkload {
  let divided: DividedTrace | undefined;
  const load = () => (divided ??= divideTrace(readTrace(trace)));
  const native: NativeTeamLoop = { words: ['replay'], input: () => encodeDivided(load()) };
  return {
    name,
    sizes: [threads],
    unit: 'calls',
    sharedBytes: () => 4 * (load().boxes + 1),
    join: (seat) => replayPart(seat, load(), passes),
    passSteps: (member) => load().threads[member].length,
    ...(passes === Number.POSITIVE_INFINITY ? { native } : {}),
  };
}
