/**
 * How long every single operation of a trace takes, in the steady state, and why the slowest took so long.
 *
 *   node probe.js 'latency:<trace> on <allocator>'        or latency:<trace> for hakmem-shared; allocators with addresses only
 *
 * A round is a fresh allocator on which the trace runs some passes; the first warms up, the others count. Rounds repeat the
 * same steps on the same addresses (told by a hash), so an operation is the same piece of work in each of them:
 *
 *   seen   its times in the rounds: what a program would have waited, whatever the reason
 *   own    the least of them: a bound on what the operation itself needs
 *
 * What is slow in one round and quick in another was interrupted (interruptions.ts says by what); what is slow in all of
 * them is slow by what it does (explain.ts). Times have one reading of the clock and the loop in them; `clock` is the same loop
 * without an operation, and nothing is subtracted (stopwatch.ts). Cost: one to ten seconds, by the trace.
 */

import { makeSubject } from '../allocators/index.js';
import type { Blocks } from '../allocators/subject.js';
import { BenchError, isUnsupported } from '../errors.js';
import { type Distribution, Times } from './distribution.js';
import { explain, type Telling } from './explain.js';
import { Findings, type OperationTimes, type SlowOperation } from './findings.js';
import { type Cause, Interruptions } from './interruptions.js';
import { type Program, readProgram } from './stepper.js';
import { runRound, type Shape, timeClock } from './stopwatch.js';

export type { OperationName, OperationTimes, SlowOperation } from './findings.js';

export interface Latency {
  readonly trace: string;
  readonly allocator: string;
  readonly rounds: number;
  readonly warmUpPasses: number;
  readonly passes: number;
  readonly clock: Distribution;
  /** Of all rounds. */
  readonly seen: Distribution;
  readonly own: Distribution;
  readonly operations: readonly OperationTimes[];
  /** Longest first, by the time seen. */
  readonly slowest: readonly SlowOperation[];
  /** Longest first, by their own time. */
  readonly slowestOwn: readonly SlowOperation[];
  /** How many times of all rounds were above `slowNs`, by cause. */
  readonly slow: { readonly slowNs: number; readonly causes: Readonly<Record<Cause, number>> };
}

/** What an allocator of this probe may have beside its verbs. */
export type Measurable = Blocks<number> & Partial<Telling> & { destroy?(): void };

/** Rounds that count; one before them compiles the code. */
const ROUNDS = 5;
const SHAPE: Shape = { warmUpPasses: 1, passes: 2, slowNs: 20_000 };
const LISTED = 12;

/** Null where the allocator lacks what the trace asks for. Throws a BenchError for names that there are not. */
export async function measureLatency(argument: string): Promise<Latency | null> {
  const [trace, allocator = 'hakmem-shared'] = argument.split(' on ');
  try {
    return await measureProgram(readProgram(trace), { trace, allocator }, () => open(allocator));
  } catch (error) {
    if (isUnsupported(error)) return null;
    throw error;
  }
}

/** `names`: of what `program` is and what `makeBlocks` makes, a fresh allocator each time. */
export async function measureProgram(
  program: Program,
  { trace, allocator }: { readonly trace: string; readonly allocator: string },
  makeBlocks: () => Promise<Measurable>,
): Promise<Latency> {
  const interruptions = new Interruptions();
  const found = new Findings(program, SHAPE.passes, interruptions);
  const seen = new Times();
  const hashes = new Set<number>();
  for (let round = 0; round <= ROUNDS; round++) {
    const blocks = await makeBlocks();
    const { times, slowSteps, hash } = runRound(blocks, program, SHAPE, interruptions);
    blocks.destroy?.();
    await interruptions.settle();
    hashes.add(hash);
    if (round === 0) continue;
    seen.add(times);
    found.add(times, slowSteps);
  }
  const [slowest, slowestOwn] = [longest(found.most), longest(found.own)];
  const { did, hash } = explain(await makeBlocks(), program, SHAPE, [...slowest, ...slowestOwn]);
  if (!hashes.add(hash) || hashes.size > 1) {
    throw new BenchError(`${allocator} answered other addresses when trace ${trace} was repeated, expected the same`);
  }
  interruptions.end();
  const describe = (index: number) => found.describe(index, did.get(index) ?? '');
  return {
    trace,
    allocator,
    rounds: ROUNDS,
    warmUpPasses: SHAPE.warmUpPasses,
    passes: SHAPE.passes,
    clock: new Times().add(timeClock(program.length * SHAPE.passes)).distribution(),
    seen: seen.distribution(),
    own: new Times().add(found.own).distribution(),
    operations: found.byOperation(),
    slowest: slowest.map(describe),
    slowestOwn: slowestOwn.map(describe),
    slow: { slowNs: SHAPE.slowNs, causes: found.causes() },
  };
}

async function open(allocator: string): Promise<Measurable> {
  const subject = await makeSubject(allocator);
  if (subject.none !== 0)
    throw new BenchError(`${allocator} hands out objects, not addresses; its frees are not its own`);
  return subject.blocks as Measurable;
}

/** The indices of the longest times, longest first. */
function longest(times: Uint32Array): readonly number[] {
  const limit = Uint32Array.from(times).sort()[Math.max(0, times.length - LISTED)];
  return [...times.keys()]
    .filter((i) => times[i] >= limit)
    .sort((a, b) => times[b] - times[a])
    .slice(0, LISTED);
}
