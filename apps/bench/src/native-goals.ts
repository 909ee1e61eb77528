/**
 * The speed to reach: how many times as fast as the native allocators hakmem on shared memory wants to be, row by row, beside
 * what a run saw. A goal is met when the whole interval of the ratio is at or above it, missed when all of it is below, else
 * open. It appears when the run has measured the row on both. The means over several rows are made here, too.
 */

import type { Mean, RatioGoal, Results, Row } from './results.js';
import type { Estimate } from './statistics/estimate.js';
import { meanOver } from './statistics/rows.js';
import { TRACE_NAMES } from './trace.js';

type Tables = Pick<Results, 'rows' | 'teams'>;

interface Figures {
  readonly system: number;
  readonly mimalloc: number;
}

const SUBJECT = 'hakmem-shared';
/** The native allocators that there are figures for. */
export const GOAL_RIVALS = ['system', 'mimalloc'] as const;
const TRACES = 'the traces';
const ALL_ROWS = 'all rows';
const ALL_GOALS = 'all goals, line by line';

const TRACE_ROWS: readonly string[] = TRACE_NAMES.map((trace) => `trace ${trace}`);

/** Rows that have a goal in common, by its name. */
interface Line extends Figures {
  readonly name: string;
  readonly rows: readonly string[];
}

const LINES: readonly Line[] = [
  line('random_mixed, few slots', ['random_mixed 256', 'random_mixed 400'], 1, 0.85),
  line('random_mixed 4096', ['random_mixed 4096'], 1.25, 0.9),
  line('random_mixed 65536', ['random_mixed 65536'], 1.35, 1),
  line(
    'fixed sizes, tiny',
    [16, 32, 64, 128, 256, 512, 1024].map((bytes) => `fixed_size ${bytes}`),
    1,
    0.85,
  ),
  line('fixed_size 8192', ['fixed_size 8192'], 1.7, 1.3),
  line('fixed_size 32768', ['fixed_size 32768'], 2.5, 1.3),
  line('pair', ['pair 64'], 1.5, 1.4),
  line('tiny_hot', ['tiny_hot lifo', 'tiny_hot fifo'], 1.3, 0.75),
  line('large', ['large 64K-2M'], 3, 1.2),
  line('larson', ['larson ×1', 'larson ×2'], 1.7, 0.85),
  line('mid', ['mid 8-32K ×1', 'mid 8-32K ×2'], 4, 1.4),
  line('producer → consumer', ['producer → consumer ×2'], 8, 1.3),
];
const ROW_GOALS: ReadonlyMap<string, Figures> = new Map(
  LINES.flatMap((each) => each.rows.map((name): [string, Figures] => [name, each])),
);
const MEAN_GOALS: ReadonlyMap<string, Figures> = new Map([
  [TRACES, { system: 1.2, mimalloc: 0.8 }],
  [ALL_GOALS, { system: 2, mimalloc: 1.1 }],
]);

/** Whether the goals need this row: for itself or for a mean. */
export function isGoalRow(name: string): boolean {
  return ROW_GOALS.has(name) || TRACE_ROWS.includes(name);
}

/**
 * Over the traces of this package, over all rows alike, and over the rows of the goals, the lines of their table alike; to each of
 * the allocators, where at least two rows have both.
 */
export function meansOf({ rows: alone, teams }: Tables, natives: readonly string[]): readonly Mean[] {
  const every: readonly Row[] = [...alone, ...teams];
  const traces = every.filter(({ workload }) => TRACE_ROWS.includes(workload));
  const wanted = every.filter(({ workload }) => isGoalRow(workload));
  return natives.flatMap((to) =>
    [
      meanOver(TRACES, traces, SUBJECT, to),
      meanOver(ALL_ROWS, every, SUBJECT, to),
      meanOver(ALL_GOALS, wanted, SUBJECT, to, ({ workload }) => lineOf(workload)),
    ].filter((mean) => mean !== undefined),
  );
}

/** `means`: those of the same tables. One over some of the traces, or without some row that has a goal, is no goal. */
export function ratioGoals({ rows: alone, teams }: Tables, means: readonly Mean[]): readonly RatioGoal[] {
  const measured: readonly Row[] = [...alone, ...teams];
  const goals = [...ROW_GOALS].flatMap(([what, figures]) => {
    const ratios = measured.find(({ workload }) => workload === what)?.ratios ?? [];
    return GOAL_RIVALS.flatMap((to) => {
      const found = ratios.find((ratio) => ratio.of === SUBJECT && ratio.to === to);
      return found === undefined ? [] : [goal(what, to, figures[to], found)];
    });
  });
  const wholeMeans = means.flatMap((mean): readonly RatioGoal[] => {
    const to = GOAL_RIVALS.find((name) => name === mean.to);
    const figures = MEAN_GOALS.get(mean.what);
    return to !== undefined && figures !== undefined && isWhole(mean, measured)
      ? [goal(mean.what, to, figures[to], mean)]
      : [];
  });
  return [...goals, ...wholeMeans];
}

function goal(what: string, to: string, wanted: number, { ratio, low, high }: Estimate): RatioGoal {
  return { what, to, wanted, ratio, low, high, met: low >= wanted ? 'yes' : high < wanted ? 'no' : 'open' };
}

function isWhole({ what, to }: Mean, measured: readonly Row[]): boolean {
  const needed = what === TRACES ? TRACE_ROWS : [...ROW_GOALS.keys(), ...TRACE_ROWS];
  return needed.every((name) =>
    measured.find(({ workload }) => workload === name)?.ratios.some((ratio) => ratio.to === to),
  );
}

function line(name: string, rows: readonly string[], system: number, mimalloc: number): Line {
  return { name, rows, system, mimalloc };
}

/** The line of the table of goals that a row belongs to. */
function lineOf(row: string): string {
  return LINES.find(({ rows }) => rows.includes(row))?.name ?? TRACES;
}
