import { describe, expect, it } from 'vitest';
import { BenchError } from '../src/errors.js';
import { cellBudget, makePlan } from '../src/plan.js';

describe('makePlan', () => {
  it('has the usual rows and columns, all of them with --full', () => {
    const start = makePlan({ form: 'start' });
    const full = makePlan({ form: 'full' });
    expect([start.workloads.length, start.allocators.length]).toEqual([20, 9]);
    expect([full.workloads.length, full.allocators.length]).toEqual([28, 12]);
    expect(makePlan({ form: 'quick' }).workloads.length).toBeLessThan(12);
  });

  it('picks rows from all that there are, and columns by name', () => {
    const plan = makePlan({ form: 'quick', only: '^fixed_size (16|32)$', allocators: 'tlsf, empty' });
    expect(plan.workloads.map(({ name }) => name)).toEqual(['fixed_size 16', 'fixed_size 32']);
    expect(plan.allocators.map(({ name }) => name)).toEqual(['tlsf', 'empty']);
  });

  it.each([{ only: 'nothing' }, { only: '(' }, { allocators: 'glibc' }])('refuses %o', (options) => {
    expect(() => makePlan({ form: 'start', ...options })).toThrow(BenchError);
  });
});

describe('cellBudget', () => {
  it('divides what is left of the time', () => {
    const plan = makePlan({ form: 'start', timeBudget: 180 });
    const processes = 20 * 9 * 2;
    expect(cellBudget(plan, 0, 20)).toBe(180_000 / processes - 90);
    expect(cellBudget(plan, 90_000, 10)).toBe(180_000 / processes - 90);
    expect(cellBudget(plan, 170_000, 10)).toBe(50);
    expect(cellBudget(plan, 200_000, 1)).toBe(50);
  });

  it('stays within the form when no time was given', () => {
    expect(cellBudget(makePlan({ form: 'start', only: 'pair' }), 0, 1)).toBe(300);
    expect(cellBudget(makePlan({ form: 'start', only: 'pair', timeBudget: 100 }), 0, 1)).toBeGreaterThan(5_000);
  });
});
