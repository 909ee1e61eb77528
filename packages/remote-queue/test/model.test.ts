/**
 * Model-based property: random frees by others, takes, abandoned, adopted and retired slabs against the model in model.ts,
 * everything compared after each. A failure prints the shortest counter-example, with the seed and path that replay it.
 */

import { clause } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commands, compare, FIELDS, newWorld } from './model.js';

const SEED = 20_251;
const RUNS = 250;

describe(`${clause('REMOTE-1')} ${clause('REMOTE-2')} ${clause('REMOTE-4')} ${RUNS} runs of up to 120 commands of three threads, seed ${SEED}`, () => {
  test.each(FIELDS.map((field) => [field.pageLimit, field] as const))('in a heap of %i pages', (_, field) => {
    let visits = 0;
    const property = fc.property(commands(120, field), (steps) => {
      const { model, real } = newWorld(field);
      fc.modelRun(() => ({ model, real }), steps);
      for (const { taken } of model.marks) visits += taken;
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    expect(visits).toBeGreaterThan(RUNS);
  });
});

test.each(FIELDS)('new queues of $pageLimit pages agree with a new model', (field) => {
  const { model, real } = newWorld(field);
  compare(model, real);
});
