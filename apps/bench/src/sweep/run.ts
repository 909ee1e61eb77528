/**
 * The sweep: the rates of some allocators over sizes and numbers of slots, and the memory that hakmem touches for them.
 *
 * A pair of size and slots is a row like any other (../runner.ts): fresh processes, round by round, alternating. Memory is looked
 * at in a process of its own, where every block is written in full (../probes/memory.ts); it can tell of a heap of hakmem-shared
 * and of nothing else, so the others have none. Pairs that could ask for more than MOST_LIVE_BYTES are left out.
 */

import type { Column, TablePlan } from '../plan.js';
import type { MemoryUse } from '../probes/memory.js';
import { PROBE_TIMEOUT_MS } from '../probing.js';
import { runProgram } from '../process.js';
import type { Row, Sweep, SweepPoint } from '../results.js';
import { type RunObserver, runRows } from '../runner.js';
import type { Workload } from '../workloads/index.js';
import { type SweepShape, sweepName, sweepShape, sweepWorkload } from './workload.js';

export interface SweepOptions {
  readonly bytes: readonly number[];
  readonly slots: readonly number[];
  readonly allocators: readonly Column[];
  /** For all cells together; the probes of memory come on top. */
  readonly seconds: number;
}

/** What runs the rows, and what looks at memory; a test puts others in their places. */
export interface SweepMeans {
  readonly rows: (table: TablePlan<Workload, Column>, observer: RunObserver) => Promise<readonly Row[]>;
  readonly memory: (workload: string) => Promise<Pick<MemoryUse, 'liveBytes' | 'touched'>>;
}

export const SWEEP_BYTES: readonly number[] = [16, 64, 256, 1024, 4096, 32_768];
export const SWEEP_SLOTS: readonly number[] = [64, 1024, 16_384];
export const SWEEP_ALLOCATORS: readonly string[] = ['hakmem-shared', 'system', 'mimalloc'];
/** Seconds that a point takes on its allocators. */
export const SECONDS_PER_CELL = 0.9;

const SUBJECT = 'hakmem-shared';
/** Half of what every allocator of the table has. */
const MOST_LIVE_BYTES = 256 * 1024 * 1024;
const ROUNDS = { least: 3, most: 12 };

const MEANS: SweepMeans = {
  rows: runRows,
  memory: async (workload) => (await runProgram('probe.js', `memory:${workload}`, PROBE_TIMEOUT_MS)) as MemoryUse,
};

/** Throws a BenchError when a size or a number of slots makes no sense. */
export async function runSweep(
  options: SweepOptions,
  observer: RunObserver,
  means: SweepMeans = MEANS,
): Promise<Sweep> {
  const shapes = options.bytes.flatMap((bytes) => options.slots.map((slots) => ({ bytes, slots })));
  const workloads = new Map(shapes.map((shape) => [shape, sweepWorkload(shape)]));
  const [kept, dropped] = [shapes.filter(fits), shapes.filter((shape) => !fits(shape))];
  const rows = await means.rows(
    tableOf(
      options,
      kept.map((shape) => workloads.get(shape)!),
    ),
    observer,
  );
  const missing = dropped.map((shape) => `${sweepName(shape)}: would hold more than ${MOST_LIVE_BYTES / 2 ** 20} MiB`);
  const points: SweepPoint[] = [];
  for (const row of rows) {
    const memory = await lookAtMemory(row, means, missing);
    for (const cell of row.cells) {
      if (cell.outcome !== 'measured') {
        missing.push(`${row.workload}, ${cell.allocator}: ${cell.reason}`);
        continue;
      }
      const { allocator, rate, interval, rounds } = cell;
      const seen = allocator === SUBJECT ? memory : NOTHING_SEEN;
      points.push({ allocator, ...sweepShape(row.workload)!, rate, interval, rounds: rounds.length, ...seen });
    }
  }
  return { points, missing };
}

interface Seen {
  readonly liveBytes: number | null;
  readonly touchedBytes: number | null;
}

const NOTHING_SEEN: Seen = { liveBytes: null, touchedBytes: null };

async function lookAtMemory({ workload, cells }: Row, { memory }: SweepMeans, missing: string[]): Promise<Seen> {
  if (!cells.some(({ allocator, outcome }) => allocator === SUBJECT && outcome === 'measured')) return NOTHING_SEEN;
  try {
    const { liveBytes, touched } = await memory(workload);
    return { liveBytes, touchedBytes: touched.data + touched.control };
  } catch (error) {
    missing.push(`${workload}, memory: ${(error as Error).message}`);
    return NOTHING_SEEN;
  }
}

/** Half of the slots hold a block. */
function fits({ bytes, slots }: SweepShape): boolean {
  return (bytes * slots) / 2 <= MOST_LIVE_BYTES;
}

function tableOf({ allocators, seconds }: SweepOptions, rows: readonly Workload[]): TablePlan<Workload, Column> {
  return {
    ...{ rows, allocators, subject: SUBJECT, references: allocators.map(({ name }) => name), closely: () => true },
    ...{ rounds: ROUNDS, others: ROUNDS, target: 0.05, reps: 9 },
    ...{ totalMs: 1_000 * seconds, mostCellMs: 200, processMs: 90 },
  };
}

/** How many rows it has. */
export function sweepRows({ bytes, slots }: Pick<SweepOptions, 'bytes' | 'slots'>): number {
  return bytes.flatMap((size) => slots.filter((count) => fits({ bytes: size, slots: count }))).length;
}
