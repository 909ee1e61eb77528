/**
 * The workloads for several Workers in threads of C: one cell of the table under a native malloc, and runs by
 * numbers, whose counts must be those of ../threads/counted.ts. The program is native/team.c, compiled as it is
 * measured or, for the counts, with COUNT_SIZES.
 */

import { availableParallelism } from 'node:os';
import { type Answer, answerWith, type Measured } from '../answer.js';
import { BenchError } from '../errors.js';
import { runCommand, timeoutFor } from '../process.js';
import type { TeamRequest } from '../threads/cell.js';
import type { Counts } from '../threads/counted.js';
import { findTeamWorkload, type TeamWorkload } from '../threads/workloads/index.js';
import { compileNative } from './compile.js';
import { findRival, rivalEnvironment } from './rivals.js';

interface Run {
  readonly workload: TeamWorkload;
  readonly members: number;
  /** A name of RIVALS. */
  readonly rival: string;
  /** `turns`: one thread runs all parts by turns. `free`: each has a thread, all at once. */
  readonly mode: 'measure' | 'turns' | 'free';
  /** What follows the loop on the command line. */
  readonly numbers: readonly number[];
  readonly timeoutMs: number;
}

/** The answer to a request whose allocator is one of `availableRivals()`. */
export function nativeTeam({ workload, members, allocator, reps, budgetMs }: TeamRequest): Promise<Answer> {
  const budget = Math.ceil(budgetMs);
  const run: Run = {
    workload: findTeamWorkload(workload),
    members,
    rival: allocator,
    mode: 'measure',
    numbers: [reps, budget],
    timeoutMs: timeoutFor(budget),
  };
  return answerWith(async () => (await runTeam(run)) as Measured);
}

/** Lets each member do as many steps as it has an element of `steps`, under the system's malloc. */
export async function countNative(
  workload: TeamWorkload,
  steps: readonly number[],
  mode: 'turns' | 'free',
): Promise<readonly Counts[]> {
  const run: Run = { workload, members: steps.length, rival: 'system', mode, numbers: steps, timeoutMs: timeoutFor(0) };
  return (await runTeam(run)) as readonly Counts[];
}

async function runTeam({ workload, members, rival, mode, numbers, timeoutMs }: Run): Promise<unknown> {
  const { name, native } = workload;
  if (native === undefined) throw new BenchError(`"${name}" is for Workers only`);
  const input = native.input === undefined ? {} : { input: native.input() };
  return runCommand({
    file: compileNative('team', mode === 'measure' ? ['-pthread'] : ['-pthread', '-DCOUNT_SIZES']),
    args: [mode, members, availableParallelism(), ...native.words, ...numbers].map(String),
    env: rivalEnvironment(findRival(rival)),
    timeoutMs,
    ...input,
  });
}
