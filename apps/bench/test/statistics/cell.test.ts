import { median } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { summarizeCell } from '../../src/statistics/cell.js';
import { normalDraw, seededRandom, studentDraw } from '../../src/statistics/random.js';
import { student975, tailShare } from '../../src/statistics/tail.js';
import { repetitions } from './cells.js';

describe('a cell', () => {
  it('has the median of the medians of its processes as its rate', () => {
    const rounds = [[10, 11, 90], [20, 21, 22], [30, 31, 32, 33, 34].reverse()].map(repetitions);
    expect(summarizeCell({ reduced: false, rounds }).rate).toBeCloseTo(21);
  });

  it('has the same interval whenever it is asked for', () => {
    const make = () => ({
      reduced: false,
      rounds: [
        [10, 12],
        [13, 9],
        [11, 10.5],
      ].map(repetitions),
    });
    expect(summarizeCell(make()).interval).toEqual(summarizeCell(make()).interval);
  });

  it('has an interval from the least to the greatest process when there are few', () => {
    const rounds = [10, 14, 12].map((rate) => repetitions([rate, rate]));
    const [low, high] = summarizeCell({ reduced: false, rounds }).interval;
    expect([low, high].map((end) => end.toFixed(6))).toEqual(['10.000000', '14.000000']);
  });

  it('has a narrower interval with more processes of the same kind', () => {
    const width = (processes: number) => {
      const random = seededRandom(5);
      const rounds = Array.from({ length: processes }, () => repetitions([100 + 5 * normalDraw(random)]));
      const [low, high] = summarizeCell({ reduced: false, rounds }).interval;
      return high - low;
    };
    expect(width(60)).toBeLessThan(width(6) / 2);
  });

  it('knows of its repetitions when there is one process', () => {
    const rounds = [repetitions([9, 10, 11, 10, 10, 12, 8])];
    const { rate, interval } = summarizeCell({ reduced: false, rounds });
    expect(rate).toBeCloseTo(10);
    expect(interval[0]).toBeGreaterThanOrEqual(8);
    expect(interval[0]).toBeLessThan(10);
    expect(interval[1]).toBeGreaterThan(10);
  });

  it('lists its outliers, and keeps them', () => {
    const calm = repetitions([10, 10.1, 9.9, 10, 10.05]);
    const rounds = [calm, repetitions([10, 2, 10.1])];
    const found = summarizeCell({ reduced: false, rounds });
    expect(found.outliers).toEqual([{ round: 1, repetition: 1, rate: expect.closeTo(2) }]);
    const without = summarizeCell({ reduced: false, rounds: [calm, repetitions([10, 10.1])] });
    expect(found.interval[0]).toBeLessThan(without.interval[0]);
  });

  it('counts all operations over all time when it is reduced', () => {
    const rounds = [
      [
        { steps: 1_000_000, ms: 1_000 },
        { steps: 1_000_000, ms: 3_000 },
      ],
    ];
    expect(summarizeCell({ reduced: true, rounds })).toEqual({ rate: 0.5, interval: [0.5, 0.5], outliers: [] });
  });
});

describe('the tail', () => {
  it('has the quantiles of Student, as tables print them', () => {
    for (const [degrees, printed] of [
      [5, 2.571],
      [10, 2.228],
      [30, 2.042],
      [1_000, 1.962],
    ]) {
      expect(Math.abs(student975(degrees) / printed - 1)).toBeLessThan(0.002);
    }
  });

  it('cuts off less with fewer rounds, all of 2.5 % with many, nothing with hardly any', () => {
    const tails = [2, 4, 6, 10, 20, 2_000].map((rounds) => tailShare([rounds]));
    expect(tails.slice(0, 2)).toEqual([0, 0]);
    expect(tails).toEqual([...tails].sort((a, b) => a - b));
    expect(tails[2]).toBeCloseTo(0.0024, 3);
    expect(tails[5]).toBeCloseTo(0.025, 3);
  });

  it('makes less of an allowance where several lists tell of their spread', () => {
    expect(tailShare([6, 6, 6])).toBeGreaterThan(2 * tailShare([6]));
  });
});

describe('the random source', () => {
  it('gives the same numbers for the same seed, evenly', () => {
    const numbers = (seed: number) => Array.from({ length: 4_000 }, seededRandom(seed));
    expect(numbers(1)).toEqual(numbers(1));
    expect(numbers(1)).not.toEqual(numbers(2));
    expect(Math.abs(median(numbers(1)) - 0.5)).toBeLessThan(0.03);
  });

  it('draws from Student as its quantile says', () => {
    const random = seededRandom(3);
    const beyond = Array.from({ length: 10_000 }, () => studentDraw(random, 6)).filter((t) => t > student975(6));
    expect(beyond.length / 10_000).toBeGreaterThan(0.02);
    expect(beyond.length / 10_000).toBeLessThan(0.03);
  });
});
