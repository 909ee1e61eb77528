/** What the warm pool says of itself, and that it neither reads nor writes a word that is not its own. */

import { clause, PAGE_BYTES, type Problem } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { MAX_SLABS, WARM_WORDS, warmPool } from '../src/index.js';
import { type Stand, stand } from './stand.js';

const TINY = 3;

function problems({ warm }: Stand): Problem[] {
  const found: Problem[] = [];
  warm.verify((problem) => found.push(problem));
  return found;
}

function offerNew({ parent, warm }: Stand, sizeClass: number, count: number): number[] {
  const heads = Array.from({ length: count }, () => parent.make(sizeClass));
  for (const head of heads) warm.offer(sizeClass, head);
  return heads;
}

test(`${clause('GENERAL-E')} a link for the owning thread, over slabs; what it knows is in its region`, () => {
  const { box, contract, capabilities, words } = warmPool();
  expect({ box, contract, words: words(1) }).toEqual({ box: 'warm-pool', contract: 'warm', words: WARM_WORDS });
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

describe(clause('GENERAL-D'), () => {
  test('words beside the region, whatever they are, are neither slabs nor counts', () => {
    const real = stand();
    const { words, start, length } = real.region;
    words.fill(5, start - 60, start);
    words.fill(5, start + length, start + length + 60);
    expect(real.entries(TINY)).toEqual([]);
    const all: [number, number][] = [];
    real.warm.held((sizeClass, head) => all.push([sizeClass, head]));
    expect(all).toEqual([]);
    expect(problems(real)).toEqual([]);
  });

  test('the pops of a class are counted beside its own slabs, not in the last cell of the class before', () => {
    const real = stand();
    const before = offerNew(real, TINY, MAX_SLABS);
    offerNew(real, TINY + 1, 3);
    for (let i = 0; i < 3; i++) real.warm.acquire(TINY + 1);
    expect(real.entries(TINY)).toEqual(before);
    expect(before.map(() => real.warm.acquire(TINY))).toEqual([...before].reverse());
  });
});

test('verify names the pool in both of its findings', () => {
  const real = stand();
  const [head] = offerNew(real, TINY, 1);
  real.setRoom(head, 0);
  const { words, start } = real.region;
  words[start + 8 + (TINY + 1) * (2 + MAX_SLABS)] = -1;
  expect(problems(real).map(({ box, address }) => [box, address])).toEqual([
    ['warm-pool', head * PAGE_BYTES],
    ['warm-pool', 0],
  ]);
});
