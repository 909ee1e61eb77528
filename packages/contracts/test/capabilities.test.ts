// Proves flawOf: null for every set of capabilities that is whole, and else which capability is wrong, what it is and what it
// must be. Looked at one capability after the other.

import { describe, expect, test } from 'vitest';
import { type Capabilities, flawOf } from '../src/index.js';

const WHOLE: Capabilities = {
  alignment: 65_536,
  concurrency: 'any',
  grows: true,
  shrinks: false,
  zeroed: true,
  retries: false,
  stateInBuffer: true,
};

const SYMBOL = Symbol('yes');

/** Values that are none of the capability's, and how the message shows them. */
const FLAGS = [
  [undefined, 'undefined'],
  [null, 'null'],
  [0, '0'],
  [1, '1'],
  ['true', 'true'],
  [SYMBOL, 'Symbol(yes)'],
] as const;

const ALIGNMENTS = [0, 1, 2, 4, 8, 15, 17, 24, 48, 65_535, -16, 16.5, 2 ** -4, Number.NaN, Number.POSITIVE_INFINITY];

test('whole capabilities have no flaw, whatever else stands beside them', () => {
  expect(flawOf(WHOLE)).toBeNull();
  expect(flawOf({ ...WHOLE, more: 1 })).toBeNull();
});

test.each([undefined, null, 7, 'any', true])('%o is none', (value) => {
  expect(flawOf(value)).toBe('names no capabilities');
});

test('the first that is missing is named', () => {
  expect(flawOf({})).toBe('has the capability alignment: undefined; expected a power of two from 16 on');
  expect(flawOf([])).toBe('has the capability alignment: undefined; expected a power of two from 16 on');
});

describe('alignment', () => {
  test('may be each power of two from 16 on', () => {
    for (let bits = 4; bits <= 32; bits++) expect(flawOf({ ...WHOLE, alignment: 2 ** bits })).toBeNull();
  });

  test.each([...ALIGNMENTS, '16', 16n, undefined])('must not be %o', (alignment) => {
    expect(flawOf({ ...WHOLE, alignment })).toBe(
      `has the capability alignment: ${String(alignment)}; expected a power of two from 16 on`,
    );
  });
});

describe('concurrency', () => {
  test("may be 'owner' or 'any'", () => {
    for (const concurrency of ['owner', 'any']) expect(flawOf({ ...WHOLE, concurrency })).toBeNull();
  });

  test.each(['all', 'Any', '', true, 1, null, undefined])('must not be %o', (concurrency) => {
    expect(flawOf({ ...WHOLE, concurrency })).toBe(
      `has the capability concurrency: ${String(concurrency)}; expected 'owner' or 'any'`,
    );
  });
});

describe.each(['grows', 'shrinks', 'zeroed', 'retries', 'stateInBuffer'] as const)('%s', (name) => {
  test('may be true or false', () => {
    for (const value of [true, false]) expect(flawOf({ ...WHOLE, [name]: value })).toBeNull();
  });

  test.each(FLAGS)('must not be %o', (value, shown) => {
    expect(flawOf({ ...WHOLE, [name]: value })).toBe(`has the capability ${name}: ${shown}; expected true or false`);
  });

  test('must be there', () => {
    const { [name]: _, ...rest } = WHOLE;
    expect(flawOf(rest)).toBe(`has the capability ${name}: undefined; expected true or false`);
  });
});
