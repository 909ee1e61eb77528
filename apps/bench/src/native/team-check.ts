/**
 * The part of `check` that compares the native program for several threads with the Workers: the same workload by the
 * same numbers of steps must come to the same calls and the same sums of sizes, member by member.
 *
 *   by turns   one thread runs all parts in calls in turn, here and there: everything must be equal
 *   at once    each part has a thread: the same, but for who frees what is passed on, where that is a matter of time
 */

import { type Counts, countInTurns, stepsOf } from '../threads/counted.js';
import { TEAM_ROWS, type TeamRow } from '../threads/workloads/index.js';
import { findCompiler, NO_COMPILER } from './compile.js';
import { countNative } from './team.js';

const UNTIMED: readonly (keyof Counts)[] = ['made', 'changed', 'asked'];
const ALL: readonly (keyof Counts)[] = [...UNTIMED, 'freed', 'returned'];
/** Three rounds of larson and some, the last call of a part a short one. */
const STEPS = 640_030;

/** Prints one line per row; false when one differs. Without a compiler, prints the one line that says so. */
export async function checkNativeTeams(rows: readonly TeamRow[] = TEAM_ROWS): Promise<boolean> {
  if (rows.length === 0) return true;
  if (findCompiler() === null) {
    console.log(`--    native threads: left out, ${NO_COMPILER}`);
    return true;
  }
  let sound = true;
  for (const row of rows) {
    const started = performance.now();
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    try {
      const { calls, differences } = await compareTeam(row);
      if (differences.length > 0) sound = false;
      const outcome = differences.length > 0 ? `FAIL  ${row.name}, native: ` : `ok    ${row.name}, native: `;
      console.log(`${outcome}${differences.join('; ') || `${calls} calls as in Workers`}, ${seconds()}`);
    } catch (error) {
      sound = false;
      console.log(`FAIL  ${row.name}, native: ${(error as Error).name}: ${(error as Error).message}, ${seconds()}`);
    }
  }
  return sound;
}

/** Runs one row here and there, each member for so many steps or in whole passes (stepsOf). */
export async function compareTeam({ workload, members }: TeamRow, stepsEach = STEPS) {
  const steps = stepsOf(workload, members, stepsEach);
  const wanted = countInTurns(workload, steps);
  const byTurns = await countNative(workload, steps, 'turns');
  const atOnce = await countNative(workload, steps, 'free');
  const differences = [
    ...differencesOf('by turns', wanted, byTurns, ALL),
    ...differencesOf('at once', wanted, atOnce, workload.native?.timed && members > 1 ? UNTIMED : ALL),
  ];
  return { calls: wanted.reduce((sum, { made, freed, changed }) => sum + made + freed + changed, 0), differences };
}

function differencesOf(
  how: string,
  wanted: readonly Counts[],
  seen: readonly Counts[],
  keys: readonly (keyof Counts)[],
): readonly string[] {
  return wanted.flatMap((counts, member) =>
    keys.flatMap((key) => {
      const other = seen[member]?.[key];
      return other === counts[key] ? [] : [`${how}, member ${member}: ${key} is ${other}, ${counts[key]} in Workers`];
    }),
  );
}
