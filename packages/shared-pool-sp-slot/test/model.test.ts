/**
 * Random programs of one thread, or with others that keep runs, against the plain model: after every step each page has the
 * one state that the model says, the walker finds nothing, the hints say exactly what the page words say (but for members of
 * sets that nobody has followed in vain yet, which the model knows), and the counters agree. The titles carry the seed; a
 * failure prints its commands.
 */

import { clause, type ThreadId } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SharedPoolOptions } from '../src/index.js';
import { poolCommands } from './commands.js';
import { Model, type ModelPlace } from './model.js';
import { stand } from './stand.js';

const SEED = 20_003;
const RUNS = 150;

interface Case {
  readonly name: string;
  readonly place: ModelPlace;
  readonly options: SharedPoolOptions;
  /** Largest alignment of runs in pages. */
  readonly maxAlign: number;
  /** Threads besides the founder that keep runs. */
  readonly others?: readonly ThreadId[];
}

const WHOLE: ModelPlace = { firstPage: 32, pageLimit: 288, retain: Number.POSITIVE_INFINITY };
const CASES: Case[] = [
  { name: 'with affinity', place: WHOLE, options: {}, maxAlign: 128 },
  { name: 'without affinity', place: WHOLE, options: { classAffinity: false }, maxAlign: 128 },
  { name: 'without sharing', place: WHOLE, options: { slotSharing: false }, maxAlign: 128 },
  { name: 'memory returned beyond 1 FREE SuperSlab', place: { ...WHOLE, retain: 1 }, options: {}, maxAlign: 128 },
  { name: 'runs that other threads keep', place: WHOLE, options: {}, maxAlign: 128, others: [12, 13] },
  {
    name: 'runs that other threads keep, without sharing, memory returned beyond 1 FREE SuperSlab',
    place: { ...WHOLE, retain: 1 },
    options: { slotSharing: false },
    maxAlign: 128,
    others: [12],
  },
  {
    name: 'a region from the middle of a SuperSlab to the middle of another',
    place: { firstPage: 45, pageLimit: 148, retain: 0 },
    options: {},
    maxAlign: 64,
  },
  {
    name: 'a region whose first and last SuperSlab have 3 pages each',
    place: { firstPage: 61, pageLimit: 163, retain: Number.POSITIVE_INFINITY },
    options: {},
    maxAlign: 64,
  },
];

describe(`${clause('POOL-1')} (model, seed ${SEED}, ${RUNS} runs each)`, () => {
  test.for(CASES.map((each) => [each.name, each] as const))('%s', ([, { place, options, maxAlign, others = [] }]) => {
    const seen = {
      ...{ reuse: 0, unused: 0, fresh: 0, affine: 0, swept: 0, runs: 0, refused: 0, drained: 0, returned: 0 },
      ...{ adopted: 0, abandoned: 0, fullAdopted: 0, reclaimed: 0, vain: 0 },
      ...{ kept: 0, reused: 0, dropped: 0, taken: 0, split: 0, joined: 0 },
    };
    const property = fc.property(poolCommands(maxAlign, others), (commands) => {
      const model = new Model(place, options);
      const real = stand(place, options);
      fc.modelRun(() => ({ model, real }), commands);
      for (const [key, count] of Object.entries({ ...model.counters, ...model.seen, ...real.registry.stats() }))
        if (key in seen) seen[key as keyof typeof seen] += count;
    });
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    // The programs went everywhere that this case can go.
    const never = Object.entries(seen).flatMap(([key, count]) => (count === 0 ? [key] : []));
    expect(never).toEqual(place.retain > 8 ? ['returned'] : []);
  });
});
