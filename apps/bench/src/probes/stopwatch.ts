/**
 * Takes the time of every step of a program.
 *
 *   time of step i = stamp i + 1 − stamp i        one reading of the clock per step, and the loop, are in it
 *
 * A stamp is stored as 64 bits and read back as its lower 32, so that neither a BigInt nor a number on the heap is made: a
 * difference is right up to 4.29 s, and the collector has nothing to do. A step above the limit is looked into right away
 * (interruptions.ts), outside of any step's time: the stamp after it is taken again.
 */

import { endianness } from 'node:os';
import type { Blocks } from '../allocators/subject.js';
import type { Interruptions, Reading } from './interruptions.js';
import { type Program, Stepper } from './stepper.js';

export interface Shape {
  /** Passes before those that count. */
  readonly warmUpPasses: number;
  readonly passes: number;
  /** Steps that take longer, in nanoseconds, are looked into. */
  readonly slowNs: number;
}

export interface SlowStep extends Reading {
  /** Steps since the first pass that counts. */
  readonly index: number;
  readonly ns: number;
  /** Nanoseconds of the process's clock (performance.now()) when it began. */
  readonly start: number;
}

export interface Round {
  /** Nanoseconds of every step of the passes that count. */
  readonly times: Uint32Array;
  readonly slowSteps: readonly SlowStep[];
  /** Over all addresses (stepper.ts). */
  readonly hash: number;
}

const clock = process.hrtime.bigint;
/** Index of the lower half of a 64-bit word among its two 32-bit words. */
const LOW = endianness() === 'LE' ? 0 : 1;

class Stamps {
  readonly words: BigUint64Array;
  readonly halves: Uint32Array;

  constructor(steps: number) {
    this.words = new BigUint64Array(steps + 1);
    this.halves = new Uint32Array(this.words.buffer);
  }

  /** Nanoseconds of a step. */
  time(step: number): number {
    const at = 2 * step + LOW;
    return (this.halves[at + 2] - this.halves[at]) >>> 0;
  }
}

/** Runs the program on an allocator that nobody has used, from the first warm-up pass to the last that counts. */
export function runRound(blocks: Blocks<number>, program: Program, shape: Shape, interruptions: Interruptions): Round {
  const { length } = program;
  const stepper = new Stepper(blocks, program);
  const stamps = new Stamps(length);
  const times = new Uint32Array(length * shape.passes);
  const slowSteps: SlowStep[] = [];
  for (let pass = -shape.warmUpPasses; pass < shape.passes; pass++) {
    const slow: SlowStep[] = [];
    interruptions.read();
    timePass(stepper, stamps, shape.slowNs, (step, ns) => {
      const start = interruptions.sinceOrigin(stamps.words[step]);
      slow.push({ index: pass * length + step, ns, start, ...interruptions.read() });
    });
    if (pass < 0) continue;
    for (let step = 0; step < length; step++) times[pass * length + step] = stamps.time(step);
    for (const { index, ns } of slow) times[index] = ns;
    slowSteps.push(...slow);
  }
  return { times, slowSteps, hash: stepper.hash };
}

function timePass(stepper: Stepper, stamps: Stamps, slowNs: number, onSlow: (step: number, ns: number) => void): void {
  const { words } = stamps;
  const steps = words.length - 1;
  words[0] = clock();
  for (let step = 0; step < steps; step++) {
    stepper.step(step);
    words[step + 1] = clock();
    const ns = stamps.time(step);
    if (ns <= slowNs) continue;
    onSlow(step, ns);
    words[step + 1] = clock();
  }
}

/** The times of a loop that does nothing but read the clock. */
export function timeClock(steps: number): Uint32Array {
  const stamps = new Stamps(steps);
  readClock(stamps);
  readClock(stamps);
  return Uint32Array.from({ length: steps }, (_, step) => stamps.time(step));
}

function readClock({ words }: Stamps): void {
  for (let i = 0; i < words.length; i++) words[i] = clock();
}
