import { describe, expect, it } from 'vitest';
import { estimate, halfWidth, logRatio, verdictOf, weighted } from '../../src/statistics/ratio.js';
import { meanOver, ratiosOf } from '../../src/statistics/rows.js';
import { cell, cellOf, repetitions, row } from './cells.js';

const verdict = (of: readonly number[], to: readonly number[]) =>
  verdictOf(estimate(logRatio(cell('a', of), cell('b', to))));

describe('a ratio', () => {
  it('is the median of what the pairs of a round tell, so that a drift of both does not count', () => {
    const drifting = [100, 80, 60, 50, 40, 30];
    const twice = cell(
      'a',
      drifting.map((rate) => 2 * rate),
    );
    const { ratio, low, high } = estimate(logRatio(twice, cell('b', drifting)));
    for (const value of [ratio, low, high]) expect(value).toBeCloseTo(2);
  });

  it('takes the rounds that both have', () => {
    const found = logRatio(cell('a', [20, 20, 20, 80, 80]), cell('b', [10, 10, 10]));
    expect(found.rounds).toBe(3);
    expect(Math.exp(found.log)).toBeCloseTo(2);
  });

  it('reaches to the outermost pairs with six of them', () => {
    const { low, high } = estimate(logRatio(cell('a', [90, 95, 100, 100, 105, 110]), cell('b', Array(6).fill(100))));
    expect(low).toBeCloseTo(0.9, 2);
    expect(high).toBeCloseTo(1.1, 2);
  });

  it('is the same the other way round', () => {
    const [a, b] = [cell('a', [12, 13, 11, 12, 15, 12.5, 12]), cell('b', [10, 9, 10, 12, 11, 10, 10.5])];
    const forth = estimate(logRatio(a, b));
    const back = estimate(logRatio(b, a));
    expect(back.ratio).toBeCloseTo(1 / forth.ratio);
    expect(back.low).toBeLessThan(1 / forth.high + 0.02);
    expect(back.low).toBeGreaterThan(1 / forth.high - 0.02);
  });

  it('is wide when there are few pairs, however equal they are', () => {
    const width = (n: number) =>
      halfWidth(estimate(logRatio(cell('a', Array(n).fill(10)), cell('b', Array(n).fill(10)))));
    expect(width(1)).toBeGreaterThan(1);
    expect(width(2)).toBeLessThan(width(1));
    expect(width(5)).toBeLessThan(width(2));
    expect(width(5)).toBeGreaterThan(0.15);
    expect(width(6)).toBeLessThan(0.001);
  });
});

describe('a verdict', () => {
  it('needs six rounds for small differences, one for large ones', () => {
    const six = (rate: number) => Array(6).fill(rate);
    expect(verdict(six(110), six(100))).toBe('faster');
    expect(verdict(six(100), six(110))).toBe('slower');
    expect(verdict([110, 110], [100, 100])).toBe('unclear');
    expect(verdict([200], [100])).toBe('unclear');
    expect(verdict([300], [100])).toBe('faster');
    expect(verdict([100], [300])).toBe('slower');
  });

  it('trusts one pair less when its repetitions were restless', () => {
    const restless = (rate: number) => cellOf('a', [repetitions([rate / 3, rate, rate, rate, 2 * rate])]);
    expect(verdictOf(estimate(logRatio(restless(300), restless(100))))).toBe('unclear');
    expect(verdictOf(estimate(logRatio(cell('a', [300]), cell('b', [100]))))).toBe('faster');
  });

  it('calls what lies within 3 % the same, and what may lie there nothing', () => {
    const base = Array(6).fill(100);
    expect(verdict([101, 99, 100, 102, 98, 100], base)).toBe('same');
    expect(verdict(Array(6).fill(102), base)).toBe('same');
    expect(verdict([101, 99, 100, 106, 98, 100], base)).toBe('unclear');
    expect(verdict([102, 106, 107, 105, 106, 108], base)).toBe('unclear');
    expect(verdict([104, 106, 107, 105, 106, 108], base)).toBe('faster');
  });
});

describe('a row', () => {
  it('has the ratios of the subject to all others that were measured', () => {
    const cells = [
      cell('empty', [100]),
      cell('hakmem-shared', [50]),
      { allocator: 'tlsf', outcome: 'failed', reason: 'it broke' } as const,
    ];
    expect(ratiosOf(cells, 'hakmem-shared')).toMatchObject([
      { of: 'hakmem-shared', to: 'empty', ratio: expect.closeTo(0.5), rounds: 1, verdict: 'unclear' },
    ]);
    expect(ratiosOf(cells, 'tlsf')).toEqual([]);
  });
});

describe('a geometric mean', () => {
  const rows = (noise: readonly number[]) =>
    [4, 1, 2, 1, 0.5].map((ratio, i) => {
      const theirs = noise.map((factor, round) => 100 * (i % 2 === round % 2 ? factor : 1 / factor));
      return row(`row ${i}`, [
        cell(
          'hakmem-shared',
          theirs.map((rate) => rate * ratio * noise[i]),
        ),
        cell('system', theirs),
      ]);
    });

  it('is over the rows that have both', () => {
    const calm = [...rows(Array(6).fill(1)), row('alone', [cell('hakmem-shared', [1])])];
    const mean = meanOver('all rows', calm, 'hakmem-shared', 'system')!;
    expect(mean).toMatchObject({ what: 'all rows', of: 'hakmem-shared', to: 'system', rows: 5 });
    expect(mean.ratio).toBeCloseTo(4 ** (1 / 5));
    expect(meanOver('one', calm.slice(4), 'hakmem-shared', 'system')).toBeUndefined();
    expect(meanOver('none', calm, 'hakmem-shared', 'jemalloc')).toBeUndefined();
  });

  it('is known better than its rows are', () => {
    const noisy = Array.from({ length: 9 }, (_, i) => {
      const rates = [90, 95, 100, 100, 105, 110].map((rate, round) => rate + ((i * 7 + round) % 5));
      return logRatio(cell('a', rates), cell('b', Array(6).fill(100)));
    });
    const mean = weighted(noisy, Array(9).fill(1 / 9));
    expect(halfWidth(mean)).toBeLessThan(halfWidth(estimate(noisy[0])) / 2);
    expect(halfWidth(mean)).toBeGreaterThan(halfWidth(estimate(noisy[0])) / 9);
  });
});
