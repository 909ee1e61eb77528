import { describe, expect, it } from 'vitest';
import { isGoalRow, meansOf, ratioGoals } from '../src/native-goals.js';
import { TEAM_ROWS } from '../src/threads/workloads/index.js';
import { TRACE_NAMES } from '../src/trace.js';
import { WORKLOADS } from '../src/workloads/index.js';
import { cell, row, teamRow } from './statistics/cells.js';

const SIX = Array<number>(6).fill(100);
const times = (factor: number) => SIX.map((rate) => rate * factor);

/** A row in which hakmem is so many times as fast as both. */
function compared(name: string, factor: number) {
  return row(name, [cell('hakmem-shared', times(factor)), cell('system', SIX), cell('mimalloc', times(0.5 * factor))]);
}

const GOAL_NAMES = WORKLOADS.map(({ name }) => name).filter(isGoalRow);
const TEAM_GOALS = TEAM_ROWS.filter(({ name }) => isGoalRow(name));
const TEAMS = TEAM_GOALS.map(({ workload, members }) =>
  teamRow(workload.name, members, [cell('hakmem-shared', times(4)), cell('system', SIX), cell('mimalloc', SIX)]),
);

describe('the rows of the goals', () => {
  it('exist', () => {
    expect(GOAL_NAMES).toHaveLength(17 + TRACE_NAMES.length);
    expect(TEAM_GOALS.map(({ name }) => name)).toEqual([
      'larson ×1',
      'larson ×2',
      'mid 8-32K ×1',
      'mid 8-32K ×2',
      'producer → consumer ×2',
    ]);
  });
});

describe('ratioGoals', () => {
  const goalsOf = (name: string, ours: readonly number[]) =>
    ratioGoals({ rows: [row(name, [cell('hakmem-shared', ours), cell('system', SIX)])], teams: [] }, []);

  it('are met when the whole interval is there, missed when none of it is, open otherwise', () => {
    expect(goalsOf('pair 64', times(1.6))).toMatchObject([{ what: 'pair 64', to: 'system', wanted: 1.5, met: 'yes' }]);
    expect(goalsOf('pair 64', times(1.4))).toMatchObject([{ met: 'no' }]);
    const wide = [120, 130, 140, 155, 160, 170];
    expect(goalsOf('pair 64', wide)).toMatchObject([{ met: 'open', low: expect.closeTo(1.2, 2) }]);
    expect(goalsOf('pair 64', [145, 155, 160, 160, 165, 170])).toMatchObject([{ met: 'open' }]);
  });

  it('are there for what was measured on both', () => {
    expect(goalsOf('mid 8-32K', times(2))).toEqual([]);
    const alone = row('pair 64', [cell('hakmem-shared', SIX), cell('tlsf', SIX)]);
    expect(ratioGoals({ rows: [alone], teams: [] }, [])).toEqual([]);
  });

  it('have figures for both natives', () => {
    const goals = ratioGoals({ rows: [compared('large 64K-2M', 2.5)], teams: [] }, []);
    expect(goals.map(({ to, wanted, met }) => [to, wanted, met])).toEqual([
      ['system', 3, 'no'],
      ['mimalloc', 1.2, 'yes'],
    ]);
  });

  it('have means when all of their rows were measured', () => {
    const rows = GOAL_NAMES.map((name) => compared(name, name.startsWith('trace') ? 1.3 : 2.4));
    const tables = { rows, teams: TEAMS };
    const means = meansOf(tables, ['system', 'mimalloc', 'jemalloc']);
    expect(means.map(({ what, to, rows: count }) => [what, to, count])).toEqual([
      ['the traces', 'system', 7],
      ['all rows', 'system', 29],
      ['all goals, line by line', 'system', 29],
      ['the traces', 'mimalloc', 7],
      ['all rows', 'mimalloc', 29],
      ['all goals, line by line', 'mimalloc', 29],
    ]);
    expect(means[0].ratio).toBeCloseTo(1.3);
    expect(means[1].ratio).toBeCloseTo((1.3 ** 7 * 2.4 ** 17 * 4 ** 5) ** (1 / 29));
    // Of 13 lines one is the traces, three are of teams.
    expect(means[2].ratio).toBeCloseTo((1.3 * 2.4 ** 9 * 4 ** 3) ** (1 / 13));
    const goals = ratioGoals(tables, means).filter(({ what }) => what === 'the traces' || what.startsWith('all'));
    expect(goals.map(({ what, to, wanted, met }) => [what, to, wanted, met])).toEqual([
      ['the traces', 'system', 1.2, 'yes'],
      ['all goals, line by line', 'system', 2, 'yes'],
      ['the traces', 'mimalloc', 0.8, 'yes'],
      ['all goals, line by line', 'mimalloc', 1.1, 'yes'],
    ]);
    const fewer = { rows: rows.slice(0, -1), teams: TEAMS };
    expect(ratioGoals(fewer, meansOf(fewer, ['system'])).some(({ what }) => what.startsWith('all'))).toBe(false);
  });
});
