/**
 * The forms of a run: what each of the two tables has, and how long it takes.
 *
 *   start   the rows of the usual tables, two rounds; ends within about two and a half minutes, probes included
 *   quick   one round over fewer rows, some thirty seconds
 *   full    every row and column, five rounds, half an hour and more
 */

import type { AllocatorEntry } from './allocators/index.js';
import type { TeamAllocator } from './threads/allocators/index.js';

export type Form = 'start' | 'quick' | 'full';

export interface TableForm<Column> {
  /** For all cells together. */
  readonly seconds: number;
  /** Most milliseconds of one process for warm-up and repetitions. */
  readonly mostCellMs: number;
  /** Processes per cell. */
  readonly rounds: number;
  /** Most timed repetitions per process. */
  readonly reps: number;
  readonly rows: RegExp;
  readonly columns: (allocator: Column) => boolean;
}

interface RunForm {
  readonly single: TableForm<AllocatorEntry>;
  readonly teams: TableForm<TeamAllocator>;
}

const usual = ({ kind }: AllocatorEntry) => kind !== 'composition';
/** Without @thi.ng/malloc, whose free takes time in proportion to the live blocks, all of them behind the lock. */
const usualTeams = ({ name }: TeamAllocator) => name !== 'thing-locked';
const all = () => true;

export const FORMS: Record<Form, RunForm> = {
  start: {
    single: {
      seconds: 85,
      mostCellMs: 300,
      rounds: 2,
      reps: 9,
      rows: /^random|^fixed_size (64|1024|8192|32768)$|^pair|^tiny|^mid|^large|^trace/,
      columns: usual,
    },
    teams: { seconds: 40, mostCellMs: 300, rounds: 2, reps: 8, rows: /./, columns: usualTeams },
  },
  quick: {
    single: {
      seconds: 20,
      mostCellMs: 300,
      rounds: 1,
      reps: 7,
      rows: /^random_mixed (256|4096|65536)$|^fixed_size 64$|^pair|lifo$|^mid|^large|^trace (sqlite|gcc)$/,
      columns: usual,
    },
    teams: {
      seconds: 8,
      mostCellMs: 300,
      rounds: 1,
      reps: 8,
      rows: /^(larson|mid 8-32K) ×[12]$|^producer → consumer ×2$/,
      columns: usualTeams,
    },
  },
  full: {
    single: { seconds: 1800, mostCellMs: 2_000, rounds: 5, reps: 15, rows: /./, columns: all },
    teams: { seconds: 300, mostCellMs: 1_000, rounds: 5, reps: 15, rows: /./, columns: all },
  },
};
