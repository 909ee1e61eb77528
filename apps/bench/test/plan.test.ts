import { describe, expect, it } from 'vitest';
import { BenchError } from '../src/errors.js';
import { cellBudget, makePlan, processCount } from '../src/plan.js';

const names = (entries: readonly { readonly name: string }[]) => entries.map(({ name }) => name);

describe('makePlan', () => {
  it('has the usual rows and columns, all of them with --full', () => {
    const start = makePlan({ form: 'start' });
    const full = makePlan({ form: 'full' });
    const quick = makePlan({ form: 'quick' });
    expect([start.single.rows.length, start.single.allocators.length]).toEqual([20, 9]);
    expect([full.single.rows.length, full.single.allocators.length]).toEqual([28, 12]);
    expect(quick.single.rows.length).toBeLessThan(12);
    expect([start.teams.rows.length, start.teams.allocators.length]).toEqual([13, 4]);
    expect([full.teams.rows.length, full.teams.allocators.length]).toEqual([13, 5]);
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
  it('divides what is left of it', () => {
    const { single } = makePlan({
      form: 'start',
      only: '^random|^fixed|^pair|^tiny|^large|^trace (?!ffmpeg)',
      timeBudget: 180,
    });
    const processes = processCount(single);
    const rows = single.rows.length;
    expect(cellBudget(single, 0, rows)).toBe(Math.round(180_000 / processes - 90));
    expect(cellBudget(single, 90_000, rows / 2)).toBe(Math.round(180_000 / processes - 90));
    expect(cellBudget(single, 170_000, rows / 2)).toBe(50);
    expect(cellBudget(single, 200_000, 1)).toBe(50);
  });

  it('stays within the form when none was given', () => {
    expect(cellBudget(makePlan({ form: 'start', only: 'pair' }).single, 0, 1)).toBe(300);
    expect(cellBudget(makePlan({ form: 'start', only: 'pair', timeBudget: 100 }).single, 0, 1)).toBeGreaterThan(5_000);
  });

  it('shares a given time between the tables that have cells', () => {
    const both = makePlan({ form: 'start', timeBudget: 100 });
    expect(both.single.totalMs + both.teams.totalMs).toBeCloseTo(100_000);
    expect(both.single.totalMs / both.teams.totalMs).toBeCloseTo(85 / 40);
    expect(makePlan({ form: 'start', only: 'larson', timeBudget: 100 }).teams.totalMs).toBeCloseTo(100_000);
    expect(makePlan({ form: 'start', only: 'mid', allocators: 'tlsf', timeBudget: 100 }).single.totalMs).toBeCloseTo(
      100_000,
    );
  });
});
