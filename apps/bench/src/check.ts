/**
 * The command `check`: every trace, or one, replayed under the shadow checker on a shared and on a local heap; then
 * those with threads in several Workers; then, unless one trace was asked for, the other workloads for several
 * Workers. In the end the same workloads in C threads, whose work must be equal.
 */

import { benchHeap, checkedHeap } from './allocators/hakmem.js';
import { checkNativeTeams } from './native/team-check.js';
import { replayChecked } from './replay-checked.js';
import { checkTeams, teamChecks } from './threads/check.js';
import { TEAM_ROWS } from './threads/workloads/index.js';
import { readTrace, TRACE_NAMES } from './trace.js';

/** Enough for every trace; the checker needs a quarter of what is used beside it. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Prints one line per check; false when one found a fault. */
export async function checkAll(trace?: string): Promise<boolean> {
  const alone = checkTraces(trace === undefined ? TRACE_NAMES : [trace]);
  const teams = await checkTeams(teamChecks(trace));
  const rows = TEAM_ROWS.filter(({ workload }) => trace === undefined || workload.name === `trace ${trace}`);
  const native = await checkNativeTeams(rows);
  return alone && teams && native;
}

function checkTraces(names: readonly string[]): boolean {
  let sound = true;
  for (const name of names) {
    const trace = readTrace(name);
    for (const memory of ['shared', 'local'] as const) {
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      const heap = benchHeap({ memory, maxBytes: MAX_BYTES });
      try {
        const { events, checkpoints, closed, peakBytes } = replayChecked(trace, checkedHeap(heap, MAX_BYTES));
        const peak = `${(peakBytes / 1e6).toFixed(1)} MB at peak`;
        console.log(
          `ok    ${name}, ${memory}: ${events} events, ${checkpoints} checkpoints, ${closed} closing frees, ${peak}, ${seconds()}`,
        );
      } catch (error) {
        sound = false;
        console.log(`FAIL  ${name}, ${memory}: ${(error as Error).name}: ${(error as Error).message}, ${seconds()}`);
      } finally {
        heap.destroy();
      }
    }
  }
  return sound;
}
