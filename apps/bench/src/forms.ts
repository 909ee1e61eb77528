/**
 * The forms of a run: what each of the two tables has, how often its cells are run, and how long it takes.
 *
 *   start    the rows of the usual tables and of the goals; ends within about four minutes, probes included
 *   quick    one round over fewer rows, some forty seconds: no verdict on less than a factor of 2.5
 *   full     every row and column, many rounds, the sweep; half an hour and more
 *   rivals   the rows of the goals on hakmem and the native allocators that goals name, many rounds, about eight minutes
 */

import type { AllocatorEntry } from './allocators/index.js';
import { GOAL_RIVALS, isGoalRow } from './native-goals.js';
import type { TeamAllocator } from './threads/allocators/index.js';
import { TRACE_NAMES } from './trace.js';

export type Form = 'start' | 'quick' | 'full' | 'rivals';

/** Processes per cell. */
export interface Limits {
  /** Run in any case. Six or more for a bootstrapped interval (statistics/ratio.ts). */
  readonly least: number;
  /** Run when the interval is still too wide and there is time. */
  readonly most: number;
}

export interface TableForm<Column> {
  /** For all cells together. */
  readonly seconds: number;
  /** Most milliseconds of one process for warm-up and repetitions. */
  readonly mostCellMs: number;
  /** hakmem-shared and the rivals that goals name, in the rows that goals need. */
  readonly rounds: Limits;
  /** All other cells. They also stop when it is clear which of the two is faster. */
  readonly others: Limits;
  /** Half width of a ratio's interval, as a share, that is narrow enough; null: least rounds will do. */
  readonly target: number | null;
  /** Most timed repetitions per process. */
  readonly reps: number;
  readonly rows: (name: string) => boolean;
  readonly columns: (allocator: Column) => boolean;
}

interface RunForm {
  readonly single: TableForm<AllocatorEntry>;
  readonly teams: TableForm<TeamAllocator>;
  /** What else is looked at, as probe.ts is asked for it. */
  readonly probes: readonly string[];
  /** Whether the sweep over sizes and slots belongs to it. */
  readonly sweep: boolean;
}

interface Column {
  readonly name: string;
  readonly kind: string;
}

const named = (pattern: RegExp) => (name: string) => pattern.test(name);
const all = () => true;
/** The variants of hakmem are compared by `ablate`. */
const usual = ({ kind }: Column) => kind !== 'composition';
/** Without @thi.ng/malloc, whose free takes time in proportion to the live blocks, all of them behind the lock. */
const usualTeams = ({ name }: Column) => name !== 'thing-locked';
const rivals = ({ name }: Column) => name === 'hakmem-shared' || GOAL_RIVALS.some((rival) => rival === name);

const USUAL_ROWS = /^random|^fixed_size (64|1024|8192|32768)$|^pair|^tiny|^mid|^large|^trace/;
const QUICK_ROWS =
  /^random_mixed (256|4096|65536)$|^fixed_size 64$|^pair|hot lifo$|^mid 8-32K$|^large|^trace (sqlite|gcc)$/;
const QUICK_TEAMS = /^(larson|mid 8-32K) ×[12]$|^producer → consumer ×2$/;

const ONCE: Limits = { least: 1, most: 1 };
const START: Pick<TableForm<never>, 'mostCellMs' | 'rounds' | 'others' | 'target'> = {
  mostCellMs: 250,
  rounds: { least: 6, most: 16 },
  others: { least: 1, most: 3 },
  target: 0.05,
};
const QUICK = { mostCellMs: 300, rounds: ONCE, others: ONCE, target: null, reps: 7 };
const FULL = { rounds: { least: 8, most: 40 }, others: { least: 6, most: 12 }, target: 0.02, reps: 15 };
const RIVALS = {
  mostCellMs: 300,
  rounds: { least: 10, most: 60 },
  others: { least: 10, most: 60 },
  target: 0.02,
  reps: 9,
};

export const FORMS: Record<Form, RunForm> = {
  start: {
    single: {
      ...START,
      seconds: 165,
      reps: 9,
      rows: (name) => USUAL_ROWS.test(name) || isGoalRow(name),
      columns: usual,
    },
    teams: { ...START, seconds: 65, reps: 8, rows: all, columns: usualTeams },
    probes: ['latency:gcc', 'timeline:gcc', 'superslab-map:random_mixed 65536'],
    sweep: false,
  },
  quick: {
    single: { ...QUICK, seconds: 22, rows: named(QUICK_ROWS), columns: usual },
    teams: { ...QUICK, seconds: 9, rows: named(QUICK_TEAMS), columns: usualTeams },
    probes: [],
    sweep: false,
  },
  full: {
    single: { ...FULL, seconds: 1500, mostCellMs: 500, rows: all, columns: usual },
    teams: { ...FULL, seconds: 480, mostCellMs: 500, rows: all, columns: all },
    probes: [
      ...TRACE_NAMES.flatMap((trace) => [`latency:${trace}`, `timeline:${trace}`]),
      ...['random_mixed 65536', 'gcc', 'perl', 'python'].map((program) => `superslab-map:${program}`),
    ],
    sweep: true,
  },
  rivals: {
    single: { ...RIVALS, seconds: 380, rows: isGoalRow, columns: rivals },
    teams: { ...RIVALS, seconds: 90, rows: isGoalRow, columns: rivals },
    probes: [],
    sweep: false,
  },
};
