/** What the box says of itself, and that a note which promises too much leads it no further than its slab. */

import { clause, NOTE_ROOM, noteOf, PAGE_BYTES } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { unifiedCache } from '../src/index.js';
import { TINY_1024 } from './classes.js';
import { setUp } from './set-up.js';

test(`${clause('GENERAL-E')} for the owning thread; it gives back what idles, and grows by nothing of its own`, () => {
  const { box, contract, capabilities } = unifiedCache();
  expect([box, contract]).toEqual(['unified-cache', 'cache']);
  expect(capabilities).toEqual({
    alignment: PAGE_BYTES,
    concurrency: 'owner',
    grows: false,
    shrinks: true,
    zeroed: false,
    retries: false,
    stateInBuffer: true,
  });
});

test('room that a note promises and that is not there: the refill brings what there is, each block once, and the note is set right', () => {
  const { cache, take, setBatch, cached, words, source } = setUp();
  setBatch(TINY_1024, 60);
  const taken = take(TINY_1024, 60);
  const [{ head }] = source.slabs();
  words[noteOf(head) + NOTE_ROOM] = 20;
  expect(cache.prewarm(TINY_1024, 16)).toBe(4);
  expect(cached(TINY_1024)).toEqual([60, 61, 62, 63].map((block) => head * PAGE_BYTES + block * 1_024));
  expect([source.room(head), taken.length, source.made]).toEqual([0, 60, [head]]);
});
