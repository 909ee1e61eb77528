/** What the box says of itself, and that runs it does not keep any more are forgotten. */

import { clause, MAX_BYTES, PageKind, pageWord, SlotState } from '@hakmem/contracts';
import { expect, test } from 'vitest';
import { largeBlocks } from '../src/index.js';
import { PAGE, stand } from './stand.js';

test(`${clause('GENERAL-E')} blocks of whole pages for all threads, aligned up to half of the heap; they grow and shrink`, () => {
  const { box, contract, capabilities } = largeBlocks();
  expect([box, contract]).toEqual(['large', 'large']);
  expect(capabilities).toEqual({
    alignment: MAX_BYTES / 2,
    concurrency: 'any',
    grows: true,
    shrinks: true,
    zeroed: false,
    retries: true,
    stateInBuffer: true,
  });
});

test(`${clause('LARGE-3')} a run that was kept before, and is kept again at another place of the list, joins as what it is now`, () => {
  const { large, pool, problems } = stand(800);
  const block = (pages: number): number => large.malloc(pages * PAGE, 1);
  const [a, b, c, d] = [2, 3, 5, 7].map((pages) => [block(pages), block(1)][0]);
  const [before, joined, , last] = [block(13), block(11), block(1), block(17), block(1)];
  for (const address of [a, b, c, d, joined]) large.free(address);
  expect([block(11), block(7), block(5)]).toEqual([joined, d, c]);
  for (const address of [joined, last, before]) large.free(address);
  expect([...pool.kept].sort(([x], [y]) => x - y).map(([head, { pages }]) => [head * PAGE, pages])).toEqual([
    [a, 2],
    [b, 3],
    [before, 24],
    [last, 17],
  ]);
  expect(block(17)).toBe(last);
  expect(block(24)).toBe(before);
  expect(problems()).toEqual([]);
});

test.each([
  ['at the start of its slab', 0],
  ['inside of it', 64],
])(
  `${clause('LARGE-3')} a live block of a slab, %s, is none of its blocks: refused, and nothing has changed`,
  (_, offset) => {
    const { large, pool, unchangedBy } = stand();
    const { words, live } = pool.records;
    words[100] = pageWord(SlotState.ACTIVE, PageKind.TINY, 1, 3);
    const address = 100 * PAGE + offset;
    live[address >>> 4] = 1;
    expect(unchangedBy(() => expect([large.free(address), large.resize(address, 1)]).toEqual([false, false]))).toBe(
      true,
    );
  },
);

test(`${clause('LARGE-3')} an address inside of a block is refused, whatever its live byte says`, () => {
  const { large, pool, unchangedBy } = stand();
  const address = large.malloc(3 * PAGE, 1) + 64;
  pool.records.live[address >>> 4] = 1;
  expect(unchangedBy(() => expect([large.free(address), large.resize(address, 1)]).toEqual([false, false]))).toBe(true);
});
