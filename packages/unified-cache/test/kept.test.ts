/** What the recipe asks of a remote queue, and what is given back before memory is exhausted. */

import { CompositionError, clause, SPAN_BLOCKS, standaloneGround } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { CACHE_WORDS, unifiedCache } from '../src/index.js';
import { MID_SINGLE, TINY_256 } from './classes.js';
import { FakeRemote } from './fake-remote.js';
import { FakeSource } from './fake-source.js';
import { setUp } from './set-up.js';

test('the recipe asks for isTold, which verify calls', () => {
  const ground = standaloneGround(8, CACHE_WORDS);
  class Lame extends FakeRemote {}
  Object.defineProperty(Lame.prototype, 'isTold', { value: undefined });
  const source = new FakeSource(ground.records, 1, 1);
  const build = () => unifiedCache().build(ground.scope(CACHE_WORDS), { source, remote: new Lame(ground.records, 1) });
  expect(build).toThrow(CompositionError);
});

test('the recipe does not ask for hasNews, which is never called', () => {
  const ground = standaloneGround(8, CACHE_WORDS);
  class Lean extends FakeRemote {}
  Object.defineProperty(Lean.prototype, 'hasNews', { value: undefined });
  const source = new FakeSource(ground.records, 1, 1);
  unifiedCache().build(ground.scope(CACHE_WORDS), { source, remote: new Lean(ground.records, 1) });
});

test(`${clause('CACHE-9')} So are those that refills have kept, before memory is exhausted`, () => {
  const on = setUp({ remote: true, pageLimit: 1 + 6 * 4 });
  on.setBatch(MID_SINGLE, 1);
  on.freeElsewhere(on.take(MID_SINGLE, 6));
  on.give(MID_SINGLE, on.take(MID_SINGLE, 1));
  for (let i = 0; i < 8; i++) on.take(TINY_256, SPAN_BLOCKS[TINY_256]); // the 2 that were retired
  expect(on.cache.take(TINY_256)).not.toBe(0); // 12 pages have nothing live
});
