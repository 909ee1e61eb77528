/**
 * The part of `check` that has several Workers: every block of every Worker under the shadow checker (shadow.ts). The Workers pause
 * again and again; then the heap must verify clean, and its live blocks must be those that are held. In the end everything is
 * freed, all Workers leave, and nothing may be live.
 *
 * The trace with threads is replayed once, to its last event; what is live then is what the program left alive.
 */

import type { Heap } from 'hakmem';
import { audit, benchHeap } from '../allocators/hakmem.js';
import { heapOf } from '../compositions.js';
import { BenchError, isUnsupported, ShadowError } from '../errors.js';
import { isOwn, loadOwn } from '../own/composition.js';
import { readTrace } from '../trace.js';
import { groundOf } from './allocators/hakmem.js';
import { bytesHeld, shadowMemory } from './shadow.js';
import { Team } from './team.js';
import { findTeamWorkload, rowName } from './workloads/index.js';

const MAX_BYTES = 256 * 1024 * 1024;
const PAUSES = 12;
const WINDOW_MS = 25;
/** Windows in a row in which nothing happens, before the team is thought to be stuck: some seconds. */
const MOST_IDLE = 200;

export interface Check {
  readonly workload: string;
  readonly members: number;
  /** Calls after which the workload has come to its end by itself; absent for one that has none. */
  readonly calls?: number;
  /** How the Workers attach to the heap, if not as usual (allocators/index.ts); a composition of the user's own has its heap. */
  readonly allocator?: string;
  /** In front of the line. */
  readonly label?: string;
}

const THREADED_TRACE = 'ffmpeg';
const WORKLOADS = ['larson', 'mid 8-32K', 'producer → consumer', 'mixed 10% remote'];

/** The trace with threads, if it is asked for; everything unless one trace is. */
export function teamChecks(trace?: string): readonly Check[] {
  const { events, threads } = readTrace(THREADED_TRACE);
  const replay = { workload: `trace ${THREADED_TRACE}, once`, members: threads, calls: events };
  if (trace !== undefined) return trace === THREADED_TRACE ? [replay] : [];
  const others = WORKLOADS.flatMap((workload) =>
    findTeamWorkload(workload).sizes.flatMap((members) => (members > 1 ? [{ workload, members }] : [])),
  );
  return [replay, ...others];
}

/** Prints one line per check; false when one found a fault. */
export async function checkTeams(checks: readonly Check[]): Promise<boolean> {
  let sound = true;
  for (const check of checks) {
    const started = performance.now();
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    const name = `${check.label ?? ''}${rowName(check.workload, check.members)}`;
    try {
      const { calls, pauses, left } = await checkTeam(check);
      console.log(`ok    ${name}: ${calls} calls, ${pauses} pauses, ${left} blocks held in the end, ${seconds()}`);
    } catch (error) {
      if (isUnsupported(error)) {
        console.log(`--    ${name}: left out, ${error.reason}`);
        continue;
      }
      sound = false;
      console.log(`FAIL  ${name}: ${(error as Error).name}: ${(error as Error).message}, ${seconds()}`);
    }
  }
  return sound;
}

async function checkTeam({ workload, members, calls: wanted, allocator = 'hakmem-shared' }: Check) {
  const heap = await heapFor(allocator);
  const ground = groundOf(heap);
  const records = shadowMemory(MAX_BYTES);
  const team = await Team.assemble({ workload, allocator }, members, ground, records);
  try {
    await team.prepare();
    let pauses = 0;
    let idle = 0;
    while (wanted === undefined ? pauses < PAUSES : team.calls < wanted) {
      const { steps } = await team.window(WINDOW_MS);
      compareLive(heap, records, team.held);
      pauses++;
      idle = steps === 0 ? idle + 1 : 0;
      if (idle === MOST_IDLE) throw new BenchError(`came to a standstill after ${team.calls} calls`);
    }
    const { calls, held: left } = team;
    const faults = await team.finish();
    if (faults.length > 0) throw new ShadowError('leak', faults.join('; '));
    return { calls, pauses, left };
  } finally {
    await team.dismiss();
    heap.destroy();
  }
}

async function heapFor(allocator: string): Promise<Heap> {
  return isOwn(allocator) ? heapOf((await loadOwn(allocator)).parts(), MAX_BYTES) : benchHeap({ maxBytes: MAX_BYTES });
}

/** While all Workers rest: the heap's records are in order, and its live blocks are those that are held. */
function compareLive(heap: Heap, records: SharedArrayBuffer, held: number): void {
  const faults = audit(heap);
  if (faults.length > 0) throw new ShadowError('audit', `the heap finds its records broken: ${faults.join('; ')}`);
  let live = 0;
  heap.walk((address, bytes) => {
    const wanted = bytesHeld(records, address);
    if (wanted === undefined) throw new ShadowError('live-set', `the block at ${address} is live, but nobody holds it`);
    if (bytes < wanted) throw new ShadowError('usable-size', `${bytes} bytes at ${address}, ${wanted} asked for`);
    live++;
  });
  if (live !== held) throw new ShadowError('live-set', `the heap has ${live} live blocks, ${held} are held`);
}
