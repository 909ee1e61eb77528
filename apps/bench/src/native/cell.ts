/** One cell of the table for one thread under a native malloc: the native program in a process of its own. */

import { answerWith } from '../answer.js';
import type { CellAnswer, CellRequest, MeasuredCell } from '../cell.js';
import { runCommand, timeoutFor } from '../process.js';
import { findWorkload, type Workload } from '../workloads/index.js';
import { compileNative } from './compile.js';
import { programBytes } from './program.js';
import { findRival, type Rival, rivalEnvironment } from './rivals.js';

/** The answer to a request whose allocator is one of `availableRivals()`. */
export function nativeCell(request: CellRequest): Promise<CellAnswer> {
  return answerWith(async () => runLoop(findWorkload(request.workload), request, findRival(request.allocator)));
}

/** Measures a workload's loop in the native program, under a rival's malloc. Rejects with a BenchError on failure. */
export async function runLoop(
  { steps, unit, settling, native }: Pick<Workload, 'steps' | 'unit' | 'settling' | 'native'>,
  options: Pick<CellRequest, 'reps' | 'budgetMs'>,
  rival: Pick<Rival, 'preload'>,
): Promise<MeasuredCell> {
  const budgetMs = Math.ceil(options.budgetMs);
  const answer = await runCommand({
    file: compileNative('cell'),
    args: [steps, unit, settling, options.reps, budgetMs, ...native.words].map(String),
    env: rivalEnvironment(rival),
    timeoutMs: timeoutFor(budgetMs),
    ...(native.program && { input: programBytes(native.program()) }),
  });
  return answer as MeasuredCell;
}
