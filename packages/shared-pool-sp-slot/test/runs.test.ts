/** The search for a run of pages against one that looks at page after page, over random masks, lengths and alignments. */

import { PLAIN, type Records, SLOTS_PER_SUPERSLAB, type SuperRegistry } from '@hakmem/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Hints, hintWords } from '../src/hints.js';
import { type Fit, findRun } from '../src/runs.js';

const SEED = 20_002;
const RUNS = 3_000;

/** SuperSlabs `first` … that have these masks of UNUSED slots. */
interface Field {
  readonly first: number;
  readonly masks: number[];
}

function hintsOf({ first, masks }: Field): { hints: Hints; registry: SuperRegistry } {
  const pageLimit = (first + masks.length + 1) * SLOTS_PER_SUPERSLAB;
  const length = hintWords(pageLimit);
  const region = { words: new Int32Array(length), start: 0, length };
  const hints = new Hints({ atomics: PLAIN } as Records, region, pageLimit);
  masks.forEach((mask, i) => {
    hints.addUnused(first + i, mask);
  });
  return { hints, registry: { first, end: first + masks.length } as SuperRegistry };
}

function naive({ first, masks }: Field, pages: number, align: number): Fit {
  const end = (first + masks.length) * 32;
  const unused = (page: number): boolean => ((masks[(page >>> 5) - first] >>> (page & 31)) & 1) === 1;
  const isRun = (page: number, length: number): boolean =>
    Array.from({ length }, (_, i) => page + i).every((each) => unused(each));
  for (let page = first * 32; page + pages <= end; page++) {
    if (page % align === 0 && isRun(page, pages)) return { found: true, page };
  }
  let tail = end;
  while (tail > first * 32 && unused(tail - 1)) tail--;
  return { found: false, page: Math.ceil(tail / align) * align };
}

const mask = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(0, -1, 1, -2, 0x7fffffff, 1 << 31, 0xffff0000 | 0, 0xffff) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.tuple(fc.nat(31), fc.nat(31)).map(([a, b]) => (-1 << a) & (-1 >>> b)) },
);
const field = fc.record({ first: fc.nat(3), masks: fc.array(mask, { maxLength: 6 }) });
const pages = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 200 }));
const align = fc.nat(7).map((log) => 2 ** log);

test(`findRun, seed ${SEED}, ${RUNS} runs: the first fit in order of address, or where the top would give one`, () => {
  const holds = (given: Field, length: number, alignPages: number): void => {
    const { hints, registry } = hintsOf(given);
    expect(findRun(hints, registry, length, alignPages)).toEqual(naive(given, length, alignPages));
  };
  fc.assert(fc.property(field, pages, align, holds), { seed: SEED, numRuns: RUNS });
});

test('findRun: a run across three SuperSlabs, and one that a used page breaks', () => {
  const whole = hintsOf({ first: 1, masks: [-1 << 30, -1, 0b11] });
  expect(findRun(whole.hints, whole.registry, 36, 1)).toEqual({ found: true, page: 62 });
  expect(findRun(whole.hints, whole.registry, 32, 32)).toEqual({ found: true, page: 64 });
  const broken = hintsOf({ first: 1, masks: [-1 << 30, -1 & ~(1 << 9), 0b11] });
  expect(findRun(broken.hints, broken.registry, 36, 1)).toEqual({ found: false, page: 128 });
});
