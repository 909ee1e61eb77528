// Proves every error class: its code, its name, what it extends, the values that it carries, and a message that names the
// value and what would be right. And the two range checks that most boxes use.

import { describe, expect, test } from 'vitest';
import {
  AddressError,
  ArgumentError,
  AttachError,
  CompositionError,
  ContractViolation,
  DestroyedError,
  DetachedError,
  DoubleFreeError,
  ForeignAddressError,
  InteriorAddressError,
  integer,
  integerOption,
  MisalignedAddressError,
  NotLiveError,
  OptionError,
} from '../src/index.js';

const cases = [
  {
    error: new ArgumentError('bytes', -1, 'an integer from 0 to 10'),
    name: 'ArgumentError',
    code: 'HAKMEM_ARGUMENT',
    kinds: [RangeError],
    message: 'bytes is -1; expected an integer from 0 to 10',
    carries: { argument: 'bytes', value: -1 },
  },
  {
    error: new OptionError('HAKMEM_WARM_POOL_SIZE', 'x', 'an integer from 1 to 16'),
    name: 'OptionError',
    code: 'HAKMEM_OPTION',
    kinds: [ArgumentError, RangeError],
    message: 'HAKMEM_WARM_POOL_SIZE is "x"; expected an integer from 1 to 16',
    carries: { argument: 'HAKMEM_WARM_POOL_SIZE', value: 'x' },
  },
  {
    error: new ForeignAddressError('free', 64, 'page 0 is reserved'),
    name: 'ForeignAddressError',
    code: 'HAKMEM_FOREIGN',
    kinds: [AddressError],
    message: 'free(64): no block of this heap is there: page 0 is reserved',
    carries: { operation: 'free', address: 64 },
  },
  {
    error: new MisalignedAddressError('free', 65_537),
    name: 'MisalignedAddressError',
    code: 'HAKMEM_MISALIGNED',
    kinds: [AddressError],
    message: 'free(65537): blocks start at multiples of 16',
    carries: { operation: 'free', address: 65_537 },
  },
  {
    error: new InteriorAddressError('realloc', 65_552, 65_536),
    name: 'InteriorAddressError',
    code: 'HAKMEM_INTERIOR',
    kinds: [AddressError],
    message: 'realloc(65552): inside the block that starts at 65536; give its start',
    carries: { operation: 'realloc', address: 65_552, blockStart: 65_536 },
  },
  {
    error: new NotLiveError('usableSize', 65_536),
    name: 'NotLiveError',
    code: 'HAKMEM_NOT_LIVE',
    kinds: [AddressError],
    message: 'usableSize(65536): the block is not live: it was freed before, or never handed out',
    carries: { operation: 'usableSize', address: 65_536 },
  },
  {
    error: new DoubleFreeError('free', 4_294_967_280),
    name: 'DoubleFreeError',
    code: 'HAKMEM_DOUBLE_FREE',
    kinds: [NotLiveError, AddressError],
    message: 'free(4294967280): the block is not live: it was freed before, or never handed out',
    carries: { operation: 'free', address: 4_294_967_280 },
  },
  {
    error: new CompositionError('a wants b() of its c'),
    name: 'CompositionError',
    code: 'HAKMEM_COMPOSITION',
    kinds: [],
    message: 'a wants b() of its c',
    carries: {},
  },
  {
    error: new ContractViolation(
      'warm-pool',
      'SOURCE-4',
      'A retired slab MUST be held by no link afterwards.',
      'retire(5, 40)',
      { held: 1, word: 'x', inner: [], seen: undefined },
    ),
    name: 'ContractViolation',
    code: 'HAKMEM_CONTRACT',
    kinds: [],
    message:
      'warm-pool, retire(5, 40): SOURCE-4 does not hold: A retired slab MUST be held by no link afterwards. ' +
      'Seen: held 1, word "x", inner an object (Array), seen undefined',
    carries: { box: 'warm-pool', clause: 'SOURCE-4', call: 'retire(5, 40)', values: { held: 1, word: 'x' } },
  },
  {
    error: new DestroyedError('malloc'),
    name: 'DestroyedError',
    code: 'HAKMEM_DESTROYED',
    kinds: [],
    message: 'malloc: the heap has been destroyed',
    carries: {},
  },
  {
    error: new DetachedError('malloc'),
    name: 'DetachedError',
    code: 'HAKMEM_DETACHED',
    kinds: [],
    message: 'malloc: this thread has detached from the heap',
    carries: {},
  },
  {
    error: new AttachError('the heap has no room for another thread: 4 of 4 are attached'),
    name: 'AttachError',
    code: 'HAKMEM_ATTACH',
    kinds: [],
    message: 'the heap has no room for another thread: 4 of 4 are attached',
    carries: {},
  },
];

describe.each(cases)('$name', ({ error, name, code, kinds, message, carries }) => {
  test(`has the code ${code} and its own name`, () => {
    expect(error.code).toBe(code);
    expect(error.name).toBe(name);
    expect(error.constructor.name).toBe(name);
  });

  test('is an Error of its kinds', () => {
    for (const kind of [Error, ...kinds]) expect(error).toBeInstanceOf(kind);
  });

  test('names the value and what would be right', () => {
    expect(error.message).toBe(message);
    expect(error).toMatchObject(carries);
  });
});

test('a violation that saw nothing says so', () => {
  const { message, values } = new ContractViolation('a box', 'GENERAL-C', 'Observation MUST NOT change.', 'held', {});
  expect(message).toBe('a box, held: GENERAL-C does not hold: Observation MUST NOT change. Seen: nothing more');
  expect(values).toEqual({});
});

test('no two classes share a code', () => {
  const codes = cases.map(({ error }) => error.code);
  expect(new Set(codes).size).toBe(codes.length);
});

class Box {}

describe.each([
  { name: 'integer', check: integer, thrown: ArgumentError, code: 'HAKMEM_ARGUMENT' },
  { name: 'integerOption', check: integerOption, thrown: OptionError, code: 'HAKMEM_OPTION' },
])('$name', ({ check, thrown, code }) => {
  test('returns an integer of the range, its ends included', () => {
    for (const value of [3, 4, 9]) expect(check('n', value, 3, 9)).toBe(value);
    expect(check('n', 4_294_967_296, 0, 4_294_967_296)).toBe(4_294_967_296);
  });

  test.each([
    [2, '2'],
    [10, '10'],
    [3.5, '3.5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['4', '"4"'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [4n, '4n'],
    [() => 4, 'a function'],
    [Symbol('four'), 'Symbol(four)'],
    [[4], 'an object (Array)'],
    [new Box(), 'an object (Box)'],
    [Object.create(null), 'an object (no prototype)'],
  ])('refuses %o and says so', (value, shown) => {
    let error: unknown;
    try {
      check('warmPoolSize', value, 3, 9);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(thrown);
    expect(error).toMatchObject({ code, argument: 'warmPoolSize' });
    expect((error as Error).message).toBe(`warmPoolSize is ${shown}; expected an integer from 3 to 9`);
  });
});

describe('integerOption with a fallback', () => {
  test('is the fallback when the option is not given, and only then', () => {
    expect(integerOption('n', undefined, 3, 9, 5)).toBe(5);
    expect(integerOption('n', 4, 3, 9, 5)).toBe(4);
    expect(() => integerOption('n', null, 3, 9, 5)).toThrow('n is null; expected an integer from 3 to 9');
    expect(() => integerOption('n', 0, 3, 9, 5)).toThrow('n is 0; expected an integer from 3 to 9');
  });
});
