/**
 * Model-based properties: random commands against the model in model.ts, everything compared after each of them. A
 * failure prints the commands of the shortest counter-example, with the seed and path that replay it.
 */

import { clause } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { CLASSES, MID_PAIR, MID_SINGLE, MID_SPAN, TINY_1024, TINY_TAIL } from './classes.js';
import { commands, compare, Model } from './model.js';
import { setUp } from './set-up.js';

const SEED = 20_251;

interface Property {
  readonly over: string;
  readonly classes: readonly number[];
  readonly pageLimit: number;
  readonly numRuns: number;
  /** Whether other threads free blocks, too. */
  readonly remote?: boolean;
}

const PROPERTIES: readonly Property[] = [
  { over: 'tiny and mid classes', classes: CLASSES, pageLimit: 48, numRuns: 250 },
  { over: 'one tiny class', classes: [TINY_1024], pageLimit: 6, numRuns: 300 },
  { over: 'one tiny class with a tail', classes: [TINY_TAIL], pageLimit: 6, numRuns: 150 },
  { over: 'spans of one, two and 19 blocks', classes: [MID_SINGLE, MID_PAIR, MID_SPAN], pageLimit: 24, numRuns: 500 },
  { over: 'tiny and mid classes, others free', classes: CLASSES, pageLimit: 48, numRuns: 150, remote: true },
  { over: 'one tiny class, others free', classes: [TINY_1024], pageLimit: 10, numRuns: 250, remote: true },
  {
    over: 'tiny and spans, others free',
    classes: [TINY_1024, MID_SINGLE, MID_PAIR, MID_SPAN],
    pageLimit: 24,
    numRuns: 300,
    remote: true,
  },
];

describe(`${clause('CACHE-1')} ${clause('CACHE-2')} ${clause('CACHE-3')} ${clause('CACHE-4')} ${clause('CACHE-8')}`, () => {
  test.each(PROPERTIES)(`$over: $numRuns runs of up to 80 commands, seed ${SEED}`, (property) => {
    const { classes, pageLimit, numRuns, remote = false } = property;
    fc.assert(
      fc.property(commands(classes, 80, remote), (steps) => {
        fc.modelRun(() => {
          const real = setUp({ pageLimit, remote, log: () => {} });
          return { model: new Model(real), real };
        }, steps);
      }),
      { seed: SEED, numRuns },
    );
  });

  test('a new cache agrees with a new model', () => {
    const on = setUp();
    compare(new Model(on), on);
  });
});
