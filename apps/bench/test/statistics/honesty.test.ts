/**
 * Are the intervals honest? A played machine (machine.ts) runs equal cells as the forms do; how often one is called faster or
 * slower than the other must stay below 5 %, and true differences must be seen.
 */

import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/answer.js';
import { FORMS, type Limits } from '../../src/forms.js';
import { repeatCells } from '../../src/repeat.js';
import type { Rounds } from '../../src/statistics/processes.js';
import { seededRandom } from '../../src/statistics/random.js';
import { estimate, logRatio, verdictOf, weighted } from '../../src/statistics/ratio.js';
import { Machine, MODES, type Noise, QUIET, SHARED, WILD } from './machine.js';

const SEED = 4_711;
const TRIALS = 120;
const MOST_FALSE = 0.05;

const NOISES: readonly [string, Noise][] = [
  ['a quiet machine', QUIET],
  ['a shared machine', SHARED],
  ['a machine of two modes', MODES],
];

/** Share of the trials in which `called` says yes. */
function share(trials: number, called: (machine: Machine) => boolean, noise: Noise, seed: number): number {
  const random = seededRandom(seed);
  return Array.from({ length: trials }, () => called(new Machine(noise, random))).filter(Boolean).length / trials;
}

function isCalled(a: Rounds, b: Rounds): boolean {
  return ['faster', 'slower'].includes(verdictOf(estimate(logRatio(a, b))));
}

describe.each(NOISES)(`equal cells on %s (seed ${SEED})`, (_, noise) => {
  it.each([1, 2, 3, 6, 10])('are called different in at most one of 20 cases after %i rounds', (rounds) => {
    const called = (machine: Machine) => {
      const [a, b] = machine.cells([100, 100], rounds);
      return isCalled(a, b);
    };
    expect(share(TRIALS, called, noise, SEED)).toBeLessThanOrEqual(MOST_FALSE);
  });

  it('have 1 in their interval in 19 of 20 cases, or nearly, after six rounds', () => {
    const outside = (machine: Machine) => {
      const [a, b] = machine.cells([100, 100], 6);
      const { low, high } = estimate(logRatio(a, b));
      return low > 1 || high < 1;
    };
    expect(share(TRIALS, outside, noise, SEED + 1)).toBeLessThanOrEqual(0.08);
  });

  it('have a geometric mean that is called different as rarely', () => {
    const called = (machine: Machine) => {
      const rows = Array.from({ length: 7 }, () => {
        const [a, b] = machine.cells([100, 100], 6);
        return logRatio(a, b);
      });
      return ['faster', 'slower'].includes(verdictOf(weighted(rows, Array(7).fill(1 / 7))));
    };
    expect(share(40, called, noise, SEED + 2)).toBeLessThanOrEqual(MOST_FALSE);
  });
});

describe(`the rounds of the forms (seed ${SEED})`, () => {
  const { rounds, others, target } = FORMS.start.single;

  /** Three cells of which the second is a reference and the third is not, run as the form does. */
  async function play(noise: Noise, limits: Limits, seed: number, trials: number): Promise<number> {
    const random = seededRandom(seed);
    let called = 0;
    for (let trial = 0; trial < trials; trial++) {
      const machine = new Machine(noise, random);
      const cells = ['hakmem-shared', 'other'].map((allocator) => ({
        row: 'a row',
        allocator,
        limits,
        reference: limits === rounds,
      }));
      const answers = await repeatCells({
        cells,
        subject: 'hakmem-shared',
        target,
        hasTime: () => true,
        run: async (): Promise<Answer> => ({
          outcome: 'measured',
          measurement: { reduced: false, repetitions: machine.process(100), totalSteps: 1 },
        }),
      });
      const [a, b] = cells.map((cell) => ({
        reduced: false,
        rounds: answers
          .get(cell)!
          .map((answer) => (answer.outcome === 'measured' ? answer.measurement.repetitions : [])),
      }));
      if (isCalled(a, b)) called++;
    }
    return called / trials;
  }

  it.each(NOISES)('until the interval is narrow call equal cells different as rarely on %s', async (_, noise) => {
    expect(await play(noise, rounds, SEED + 3, 60)).toBeLessThanOrEqual(MOST_FALSE);
  });

  it.each([...NOISES, ['a wild machine', WILD] as const])('until it is clear, too, on %s', async (_, noise) => {
    expect(await play(noise, others, SEED + 4, 300)).toBeLessThanOrEqual(MOST_FALSE);
  });
});

describe(`true differences (seed ${SEED})`, () => {
  const seen = (factor: number, rounds: number, noise: Noise) =>
    share(
      60,
      (machine) => {
        const [a, b] = machine.cells([100 * factor, 100], rounds);
        return verdictOf(estimate(logRatio(a, b))) === 'faster';
      },
      noise,
      SEED + 5,
    );

  it('of 10 % are seen by twelve rounds of a quiet machine, nearly always', () => {
    expect(seen(1.1, 12, QUIET)).toBeGreaterThan(0.9);
  });

  it('of 50 % are seen by six rounds of a shared one, mostly', () => {
    expect(seen(1.5, 6, SHARED)).toBeGreaterThan(0.6);
  });

  it('of a factor of 5 are seen by one round of any', () => {
    expect(seen(5, 1, SHARED)).toBeGreaterThan(0.95);
  });
});
