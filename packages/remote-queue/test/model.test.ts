/**
 * Model-based property: random frees by others, takes, abandoned, adopted and retired slabs against the model in model.ts,
 * everything compared after each. A failure prints the shortest counter-example, with the seed and path that replay it.
 */

import { clause } from '@hakmem/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commands, compare, Model, newWorld } from './model.js';
import { World } from './set-up.js';

const SEED = 20_251;
const RUNS = 250;

test(`${clause('REMOTE-1')} ${clause('REMOTE-2')} ${clause('REMOTE-4')} ${RUNS} runs of up to 120 commands of three threads, seed ${SEED}`, () => {
  let visits = 0;
  const property = fc.property(commands(120), (steps) => {
    const { model, real } = newWorld();
    fc.modelRun(() => ({ model, real }), steps);
    for (const { taken } of model.marks) visits += taken;
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
  expect(visits).toBeGreaterThan(RUNS);
});

test('new queues agree with a new model', () => {
  compare(new Model(), new World({ pageLimit: 96 }));
});
