/**
 * The command `check`: every trace, or one, replayed under the shadow checker on a shared and on a local heap; then
 * those with threads in several Workers; then, unless one trace was asked for, the other workloads for several
 * Workers. In the end the same workloads in C threads, whose work must be equal. Compositions of the user's own are checked in
 * hakmem's place, with no C threads.
 */

import { localMemory } from '@hakmem/memory';
import type { Heap } from 'hakmem';
import { benchHeap, checkedHeap } from './allocators/hakmem.js';
import { heapOf } from './compositions.js';
import { checkNativeTeams } from './native/team-check.js';
import { loadOwn } from './own/composition.js';
import type { OwnColumn } from './own/find.js';
import { replayChecked } from './replay-checked.js';
import { checkTeams, teamChecks } from './threads/check.js';
import { TEAM_ROWS } from './threads/workloads/index.js';
import { readTrace, TRACE_NAMES } from './trace.js';

/** Enough for every trace; the checker needs a quarter of what is used beside it. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Whose heaps are checked. */
interface Checked {
  /** In front of what is checked; empty for hakmem. */
  readonly label: string;
  readonly open: (memory: 'shared' | 'local') => Heap;
}

const HAKMEM: Checked = { label: '', open: (memory) => benchHeap({ memory, maxBytes: MAX_BYTES }) };

/** Prints one line per check; false when one found a fault. `own`: whom to check in the place of hakmem. */
export async function checkAll(trace: string | undefined, own: readonly OwnColumn[]): Promise<boolean> {
  const names = trace === undefined ? TRACE_NAMES : [trace];
  if (own.length > 0) return checkOwn(names, trace, own);
  const alone = checkTraces(names, HAKMEM);
  const teams = await checkTeams(teamChecks(trace));
  const rows = TEAM_ROWS.filter(({ workload }) => trace === undefined || workload.name === `trace ${trace}`);
  const native = await checkNativeTeams(rows);
  return alone && teams && native;
}

async function checkOwn(names: readonly string[], trace: string | undefined, own: readonly OwnColumn[]) {
  let sound = true;
  for (const { name, asked } of own) {
    const { parts } = await loadOwn(asked);
    const open = (memory: 'shared' | 'local') =>
      heapOf(
        { ...parts(), ...(memory === 'local' ? { memory: localMemory({ maxBytes: MAX_BYTES }) } : {}) },
        MAX_BYTES,
      );
    const alone = checkTraces(names, { label: `${name}, `, open });
    const teams = await checkTeams(
      teamChecks(trace).map((check) => ({ ...check, allocator: asked, label: `${name}, ` })),
    );
    sound &&= alone && teams;
  }
  return sound;
}

function checkTraces(names: readonly string[], { label, open }: Checked): boolean {
  let sound = true;
  for (const name of names) {
    const trace = readTrace(name);
    for (const memory of ['shared', 'local'] as const) {
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      const heap = open(memory);
      try {
        const { events, checkpoints, closed, peakBytes } = replayChecked(trace, checkedHeap(heap, MAX_BYTES));
        const peak = `${(peakBytes / 1e6).toFixed(1)} MB at peak`;
        console.log(
          `ok    ${label}${name}, ${memory}: ${events} events, ${checkpoints} checkpoints, ${closed} closing frees, ${peak}, ${seconds()}`,
        );
      } catch (error) {
        sound = false;
        console.log(
          `FAIL  ${label}${name}, ${memory}: ${(error as Error).name}: ${(error as Error).message}, ${seconds()}`,
        );
      } finally {
        heap.destroy();
      }
    }
  }
  return sound;
}
