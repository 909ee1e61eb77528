/**
 * What the runner knows of a workload: an endless, deterministic stream of operations on one allocator.
 *
 *   prepare(subject) → Loop      loop.run(steps)      any number of times, continuing where it stopped
 *
 * One step is one operation: one malloc or one free (in a trace also a calloc, realloc or memalign). Equal steps mean
 * equal requests for every allocator. `checksum` adds up the sizes of all requests so far (a replay also counts its
 * frees), and `reference()` computes the same number without an allocator and without the hot loop: an allocator that
 * failed on the way, or a loop that lost an operation, leaves the stream and is found by the comparison.
 *
 * `native` says the same stream to the native program (../../native/cell.c), which runs it under a malloc of C.
 */

import type { Subject } from '../allocators/subject.js';

export interface Loop {
  /** Does the next `steps` operations; a multiple of the workload's `unit`. */
  run(steps: number): void;
  /** What the steps so far asked for, added up as a signed 32-bit number. */
  readonly checksum: number;
  /** Frees all blocks that are still held; the loop is over then. */
  drain(): void;
}

/** The stream without an allocator. */
export interface Reference {
  /** Goes on by `steps` and returns the checksum up to there. */
  advance(steps: number): number;
}

/** All of a program that is replayed: a trace with its closing frees. All arrays have one element per step. */
export interface Program {
  readonly length: number;
  /** Objects have the numbers 1 … objects. */
  readonly objects: number;
  readonly op: Uint8Array;
  readonly alignLog2: Uint8Array;
  readonly object: Uint32Array;
  readonly size: Uint32Array;
}

/** A loop of the native program. */
export interface NativeLoop {
  /** Its name and its numbers, as the program's command line has them. */
  readonly words: readonly (string | number)[];
  /** What a replay replays. */
  readonly program?: () => Program;
}

export interface Workload {
  /** Unique; what a request calls it. */
  readonly name: string;
  /** What a table calls it, where that is not the name. */
  readonly title?: string;
  /** One repetition consists of this many steps. */
  readonly steps: number;
  /** Steps come in multiples of this. */
  readonly unit: number;
  /** Steps after which the stream is in its steady state. */
  readonly settling: number;
  /** Throws an UnsupportedError when the allocator lacks what the workload asks for. */
  prepare<B>(subject: Subject<B>): Loop;
  readonly native: NativeLoop;
  reference(): Reference;
}

/** About how many steps one repetition has; a quarter of a million take some milliseconds. */
export const STEPS = 262_144;

/** The smallest multiple of `unit` that is not below `steps`. */
export function roundToUnit(steps: number, unit: number): number {
  return Math.ceil(steps / unit) * unit;
}
