// Proves the operations on shared words: PLAIN does to words and live bytes what Atomics does, result by result, for any
// operations on any values; and shared cells get Atomics, all others PLAIN.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AtomicOps, atomicsFor, type Cells, PLAIN, recordsOf, standaloneGround } from '../src/index.js';

const SEED = 20_260_831;
const RUNS = 500;
const CELLS = 4;

const verbs: { readonly [Verb in keyof AtomicOps]: Verb } = {
  load: 'load',
  store: 'store',
  exchange: 'exchange',
  compareExchange: 'compareExchange',
  add: 'add',
  and: 'and',
  or: 'or',
};

/** What fits a word, its ends and what lies behind them, and what fits no word. */
const values = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer(),
  fc.integer({ min: 0, max: 255 }),
  fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
  fc.constantFrom(2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 256, -1),
);
/** For a compare-and-swap that can succeed: what a cell may hold. */
const held = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 255 }), fc.integer());

const operation = fc.record({
  verb: fc.constantFrom(...Object.values(verbs)),
  index: fc.nat(CELLS - 1),
  value: values,
  expected: fc.oneof(fc.constant('what is there' as const), held),
});
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

function apply(ops: AtomicOps, cells: Cells, { verb, index, value, expected }: Operation): number {
  if (verb === 'load') return ops.load(cells, index);
  if (verb !== 'compareExchange') return ops[verb](cells, index, value);
  return ops.compareExchange(cells, index, expected === 'what is there' ? cells[index] : expected, value);
}

describe.each([
  { name: 'words', make: (): Cells => new Int32Array(CELLS) },
  { name: 'live bytes', make: (): Cells => new Uint8Array(CELLS) },
])('PLAIN on $name', ({ make }) => {
  test(`does what Atomics does (seed ${SEED}, ${RUNS} runs)`, () => {
    const swapped = { yes: 0, no: 0 };
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 60 }), (operations) => {
        const plain = make();
        const atomic = make();
        for (const each of operations) {
          const before = plain[each.index];
          // A cell holds what is left of a value; so must what it is compared with, as it is in every box.
          const fits = {
            ...each,
            expected: each.expected === 'what is there' ? before : narrow(make(), each.expected),
          };
          expect(apply(PLAIN, plain, fits)).toBe(apply(Atomics as AtomicOps, atomic, fits));
          expect(plain).toEqual(atomic);
          if (each.verb === 'compareExchange') swapped[fits.expected === before ? 'yes' : 'no']++;
        }
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(Math.min(swapped.yes, swapped.no)).toBeGreaterThan(100);
  });

  test('touches no other cell', () => {
    const cells = make().fill(9);
    const { load: _, ...writing } = verbs;
    for (const verb of Object.values(writing)) apply(PLAIN, cells, { verb, index: 1, value: 6, expected: 9 });
    expect([cells[0], cells[2], cells[3]]).toEqual([9, 9, 9]);
  });
});

test('a word that is added to beyond its end wraps, and the value before is the answer', () => {
  for (const [ops, cells] of [
    [PLAIN, new Int32Array(1)],
    [Atomics, new Int32Array(new SharedArrayBuffer(4))],
  ] as const) {
    cells[0] = 2 ** 31 - 1;
    expect(ops.add(cells, 0, 1)).toBe(2 ** 31 - 1);
    expect(cells[0]).toBe(-(2 ** 31));
  }
});

describe('atomicsFor', () => {
  test('is Atomics for cells in a shared buffer, also for a part of it, and PLAIN for all others', () => {
    const shared = new SharedArrayBuffer(64);
    expect(atomicsFor(new Int32Array(shared))).toBe(Atomics);
    expect(atomicsFor(new Uint8Array(shared, 16, 8))).toBe(Atomics);
    expect(atomicsFor(new Int32Array(4))).toBe(PLAIN);
    expect(atomicsFor(new Uint8Array(new ArrayBuffer(64), 16, 8))).toBe(PLAIN);
  });

  test('is Atomics for the buffer of a shared WebAssembly.Memory, PLAIN for that of one that is not', () => {
    const memory = (shared: boolean) => new WebAssembly.Memory({ initial: 1, maximum: 1, shared });
    expect(atomicsFor(new Int32Array(memory(true).buffer))).toBe(Atomics);
    expect(atomicsFor(new Int32Array(memory(false).buffer))).toBe(PLAIN);
  });

  test('is PLAIN where there is no SharedArrayBuffer at all', () => {
    const before = globalThis.SharedArrayBuffer;
    try {
      Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
      expect(atomicsFor(new Int32Array(4))).toBe(PLAIN);
    } finally {
      globalThis.SharedArrayBuffer = before;
    }
  });

  test('is what records are read and written by', () => {
    const words = new Int32Array(new SharedArrayBuffer(64));
    const records = recordsOf(words, new Uint8Array(8), 5);
    expect(records).toMatchObject({ pageLimit: 5, atomics: Atomics });
    expect(records.words).toBe(words);
    expect(standaloneGround(4, 0).records.atomics).toBe(PLAIN);
  });
});

/** What a cell of such an array keeps of a value. */
function narrow(cells: Cells, value: number): number {
  cells[0] = value;
  return cells[0];
}
