/** What the front says of itself, and that its option writes the policy table and nothing behind it. */

import { PlainCache } from '@hakmem/conformance';
import { clause, groundWords, PAGE_BYTES, standaloneGround } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { poolTls } from '../src/index.js';

test(`${clause('GENERAL-E')} a front for the owning thread, over a cache; it keeps nothing itself`, () => {
  const { contract, capabilities } = poolTls();
  expect(contract).toBe('front');
  expect(capabilities).toEqual({
    alignment: PAGE_BYTES,
    concurrency: 'owner',
    grows: false,
    shrinks: false,
    zeroed: false,
    retries: false,
    stateInBuffer: true,
  });
});

test(`${clause('GENERAL-D')} the batches are written into the policy table, and no word behind it`, () => {
  const ground = standaloneGround(4, 64);
  const behind = ground.records.words.subarray(groundWords(4)).fill(7);
  poolTls({ refillSpans: 4 }).build(ground.scope(0), new PlainCache());
  expect([...behind]).toEqual(Array(64).fill(7));
});
