import { describe, expect, it } from 'vitest';
import { BenchError } from '../src/errors.js';
import { limitsOf, makePlan, shareOfTime } from '../src/plan.js';
import type { Rivals } from '../src/results.js';

const RIVALS: Rivals = {
  available: ['system', 'mimalloc'].map((name) => ({ name, version: '1' })),
  missing: [{ name: 'jemalloc', reason: 'no libjemalloc.so.2 here' }],
};

const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name);

describe('makePlan', () => {
  it('has the usual rows and columns, all of them with --full', () => {
    const start = makePlan({ form: 'start' });
    const full = makePlan({ form: 'full' });
    const quick = makePlan({ form: 'quick' });
    expect([start.single.rows.length, start.single.allocators.length]).toEqual([27, 9]);
    expect([full.single.rows.length, full.single.allocators.length]).toEqual([30, 9]);
    expect(quick.single.rows.length).toBeLessThan(12);
    expect([start.teams.rows.length, start.teams.allocators.length]).toEqual([13, 4]);
    expect([full.teams.rows.length, full.teams.allocators.length]).toEqual([13, 5]);
    expect([quick.sweep, start.sweep, full.sweep]).toEqual([false, false, true]);
    expect(names(quick.teams.rows)).toEqual([
      'larson ×1',
      'larson ×2',
      'mid 8-32K ×1',
      'mid 8-32K ×2',
      'producer → consumer ×2',
    ]);
  });

  it('picks rows from all that there are, and columns by name', () => {
    const { single, teams } = makePlan({ form: 'quick', only: '^fixed_size (16|32)$', allocators: 'tlsf, empty' });
    expect(names(single.rows)).toEqual(['fixed_size 16', 'fixed_size 32']);
    expect(names(single.allocators)).toEqual(['tlsf', 'empty']);
    expect(teams.rows).toEqual([]);
  });

  it('has the native allocators that there are', () => {
    const { single, teams } = makePlan({ form: 'start', rivals: RIVALS });
    const natives = (columns: readonly { name: string; kind: string }[]) =>
      columns.filter(({ kind }) => kind === 'native').map(({ name }) => name);
    expect([natives(single.allocators), natives(teams.allocators)]).toEqual(Array(2).fill(['system', 'mimalloc']));
    const named = makePlan({ form: 'start', allocators: 'mimalloc,empty', rivals: RIVALS });
    expect(names(named.single.allocators)).toEqual(['mimalloc', 'empty']);
    expect(() => makePlan({ form: 'start', allocators: 'jemalloc', rivals: RIVALS })).toThrow(
      'jemalloc: no libjemalloc.so.2 here',
    );
  });

  it('has the rows of the goals, hakmem and two rivals with --rivals', () => {
    const { single, teams } = makePlan({ form: 'rivals', rivals: RIVALS });
    expect(names(single.allocators)).toEqual(['hakmem-shared', 'system', 'mimalloc']);
    expect(names(teams.allocators)).toEqual(['hakmem-shared', 'system', 'mimalloc']);
    expect([single.rows.length, teams.rows.length]).toEqual([24, 5]);
    expect(() => makePlan({ form: 'rivals', rivals: { available: [], missing: RIVALS.missing } })).toThrow(
      '--rivals needs system or mimalloc; jemalloc: no libjemalloc.so.2 here',
    );
  });

  it('has a row for a trace of the user, whatever rows were picked', () => {
    const { single } = makePlan({ form: 'quick', only: '^pair', traces: ['my.trace.br'] });
    expect(names(single.rows)).toEqual(['pair 64', 'trace file:my.trace.br']);
    expect(limitsOf(single, 'trace file:my.trace.br', 'hakmem-shared')).toBe(single.rounds);
  });

  it('runs rivals closely in the rows of the goals, and other cells less often', () => {
    const { single, teams } = makePlan({ form: 'start', rivals: RIVALS });
    const least = (row: string, allocator: string) => limitsOf(single, row, allocator).least;
    expect([least('pair 64', 'hakmem-shared'), least('pair 64', 'system'), least('pair 64', 'tlsf')]).toEqual([
      6, 6, 1,
    ]);
    expect(limitsOf(teams, 'larson ×2', 'mimalloc').least).toBe(6);
    expect(limitsOf(teams, 'larson ×4', 'mimalloc').least).toBe(1);
  });

  it('picks rows and columns for several Workers, too', () => {
    const { single, teams } = makePlan({ form: 'quick', only: 'ffmpeg|×4$', allocators: 'tlsf-locked,hakmem-shared' });
    expect(names(single.rows)).toEqual(['trace ffmpeg']);
    expect(names(single.allocators)).toEqual(['hakmem-shared']);
    expect(names(teams.allocators)).toEqual(['tlsf-locked', 'hakmem-shared']);
    expect(names(teams.rows)).toEqual([
      'larson ×4',
      'mid 8-32K ×4',
      'producer → consumer ×4',
      'mixed 10% remote ×4',
      'trace ffmpeg ×3',
    ]);
  });

  it.each([
    [{ only: 'nothing' }, 'no workload matches nothing'],
    [{ only: '(' }, '--only: '],
    [{ allocators: 'tlsf,glibc' }, 'no allocator is called "glibc"'],
    [{ only: '^larson', allocators: 'tlsf' }, 'no workload that matches ^larson runs on tlsf'],
    [{ only: '^pair', allocators: 'tlsf-locked' }, 'no workload that matches ^pair runs on tlsf-locked'],
  ])('refuses %o', (options, complaint) => {
    const make = () => makePlan({ form: 'start', ...options });
    expect(make).toThrow(BenchError);
    expect(make).toThrow(complaint);
  });
});

describe('the time', () => {
  const budget = (table: ReturnType<typeof makePlan>['single'], elapsed: number, rowsDone: number) =>
    shareOfTime(table, elapsed, [table.rows[rowsDone]], table.rows.slice(rowsDone));

  it('divides what is left of it by the processes that must run', () => {
    const { single } = makePlan({
      form: 'full',
      only: '^fixed_size (64|1024)$',
      allocators: 'hakmem-shared,tlsf',
      timeBudget: 20,
    });
    const processes = 8 + 6;
    expect(budget(single, 0, 0)).toEqual({
      budgetMs: Math.round((10_000 / 1.3 - 90 * processes) / processes),
      rowMs: 10_000,
    });
    expect(budget(single, 10_000, 1)).toEqual(budget(single, 0, 0));
    expect(budget(single, 4_000, 1).rowMs).toBe(16_000);
    expect(budget(single, 19_900, 1).budgetMs).toBe(150);
    expect(budget(single, 30_000, 1)).toMatchObject({ budgetMs: 150, rowMs: -10_000 });
  });

  it('knows that a native program starts at once and gets half of the time', () => {
    const each = (other: string) =>
      budget(
        makePlan({ form: 'rivals', only: '^pair', allocators: `hakmem-shared,${other}`, rivals: RIVALS, timeBudget: 8 })
          .single,
        0,
        0,
      );
    expect(each('mimalloc').budgetMs).toBe(Math.round((8_000 / 1.3 - 10 * (90 + 10)) / (10 * 1.5)));
    expect(each('empty').budgetMs).toBe(Math.round((8_000 / 1.3 - 10 * (90 + 90)) / (10 * 2)));
  });

  it('gives a row that must run more of it more', () => {
    const { teams } = makePlan({
      form: 'start',
      only: '^larson ×[24]$',
      allocators: 'hakmem-shared,system',
      rivals: RIVALS,
    });
    const [two, four] = teams.rows;
    const share = (row: typeof two) => shareOfTime(teams, 0, [row], [two, four]).rowMs;
    expect(share(two) / share(four)).toBeCloseTo(6);
  });

  it('stays within the form when none was given, and may be longer and have more rounds when it was', () => {
    const usual = makePlan({ form: 'start', only: 'pair' }).single;
    const long = makePlan({ form: 'start', only: 'pair', timeBudget: 1_650 }).single;
    expect([budget(usual, 0, 0).budgetMs, budget(long, 0, 0).budgetMs]).toEqual([250, 1_000]);
    expect([usual.rounds.most, long.rounds.most]).toEqual([16, 160]);
  });

  it('shares a given time between the tables that have cells', () => {
    const both = makePlan({ form: 'start', timeBudget: 100 });
    expect(both.single.totalMs + both.teams.totalMs).toBeCloseTo(100_000);
    expect(both.single.totalMs / both.teams.totalMs).toBeCloseTo(165 / 65);
    expect(makePlan({ form: 'start', only: 'larson', timeBudget: 100 }).teams.totalMs).toBeCloseTo(100_000);
    expect(makePlan({ form: 'start', only: 'mid', allocators: 'tlsf', timeBudget: 100 }).single.totalMs).toBeCloseTo(
      100_000,
    );
  });
});
