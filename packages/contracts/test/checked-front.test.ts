// Proves the checks of fronts: each throws, with box, clause, call and values, when a planted front breaks its clause.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  BLOCK_BYTES,
  type BlockCache,
  type ClauseId,
  ContractViolation,
  checked,
  classOf,
  type Front,
  PAGE_BYTES,
  type RecipeOf,
  type Scope,
  standaloneGround,
} from '../src/index.js';
import { makeSlab } from './helpers/fakes.js';

const HEAD = 5;
const CLASS = 3;
const BLOCK = HEAD * PAGE_BYTES + 2 * BLOCK_BYTES[CLASS];

/** Says what it is told to say. */
class Planted implements Front {
  maxBytes = 1_024;
  address = BLOCK;
  freed = true;
  /** What it does to the live byte when it frees. */
  leaves = 0;
  scope!: Scope;
  readonly calls: unknown[][] = [];
  malloc(bytes: number): number {
    this.calls.push(['malloc', bytes]);
    return this.address;
  }
  free(sizeClass: number, address: number): boolean {
    this.calls.push(['free', sizeClass, address]);
    this.scope.records.live[address >>> 4] = this.leaves;
    return this.freed;
  }
  classOf(bytes: number): number {
    return classOf(bytes);
  }
}

let inner = new Planted();
let front: Front = inner;
let live: Uint8Array;
let words: Int32Array;

beforeEach(() => {
  inner = new Planted();
  const recipe: RecipeOf<'front'> = {
    box: 'planted',
    contract: 'front',
    capabilities: {
      alignment: 16,
      concurrency: 'owner',
      grows: false,
      shrinks: false,
      zeroed: false,
      retries: false,
      stateInBuffer: true,
    },
    words: () => 0,
    build: (scope) => Object.assign(inner, { scope }),
  };
  const scope = standaloneGround(64, 0).scope(0);
  ({ live, words } = scope.records);
  makeSlab(scope.records, HEAD, CLASS, 0);
  live[BLOCK >>> 4] = 1;
  front = checked(recipe).build(scope, null as unknown as BlockCache);
});

function breaks(id: ClauseId, call: string, values: object, act: () => unknown): void {
  let error: unknown;
  try {
    act();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ContractViolation);
  expect(error).toMatchObject({ box: 'planted', clause: id, call, values });
}

test('a right front passes, and what it is asked is what it sees', () => {
  expect([front.maxBytes, front.classOf(64), front.malloc(49), front.malloc(64)]).toEqual([1_024, CLASS, BLOCK, BLOCK]);
  expect(front.free(CLASS, BLOCK)).toBe(true);
  inner.freed = false;
  expect(front.free(CLASS, BLOCK)).toBe(false);
  inner.address = 0;
  expect(front.malloc(1_024)).toBe(0);
  expect(inner.calls).toEqual([
    ['malloc', 49],
    ['malloc', 64],
    ['free', CLASS, BLOCK],
    ['free', CLASS, BLOCK],
    ['malloc', 1_024],
  ]);
});

test('a block that another thread frees meanwhile may be refused though it was live', () => {
  inner.freed = false;
  expect(front.free(CLASS, BLOCK)).toBe(false);
});

describe('malloc', () => {
  test.each([-1, 1.5, 1_025, Number.NaN, '8' as unknown as number])('FRONT-6: of %o is never asked for', (bytes) => {
    breaks('FRONT-6', `malloc(${bytes})`, { maxBytes: 1_024 }, () => front.malloc(bytes));
    breaks('FRONT-6', `classOf(${bytes})`, { maxBytes: 1_024 }, () => front.classOf(bytes));
    expect(inner.calls).toEqual([]);
  });

  test('CACHE-10: the middle of a block', () => {
    inner.address = BLOCK + 16;
    breaks('CACHE-10', 'malloc(64)', { address: BLOCK + 16, head: HEAD }, () => front.malloc(64));
  });

  test('CACHE-10: a page that is no slab', () => {
    words[HEAD] = 0;
    breaks('CACHE-10', 'malloc(64)', { word: 0 }, () => front.malloc(64));
  });

  test('FRONT-4: a block of another class', () => {
    breaks('FRONT-4', 'malloc(48)', { sizeClass: CLASS, classOf: 2 }, () => front.malloc(48));
  });

  test('CACHE-1: a block that is not live', () => {
    live[BLOCK >>> 4] = 0;
    breaks('CACHE-1', 'malloc(64)', { address: BLOCK, live: 0 }, () => front.malloc(64));
  });
});

describe('classOf', () => {
  test('FRONT-1: a class that is too small', () => {
    inner.classOf = () => 2;
    breaks('FRONT-1', 'classOf(64)', { sizeClass: 2, blockBytes: 48 }, () => front.classOf(64));
  });

  test('FRONT-1: not the smallest', () => {
    inner.classOf = (bytes) => (bytes === 60 ? 4 : classOf(bytes));
    breaks('FRONT-1', 'classOf(60)', { sizeClass: 4, smaller: 3 }, () => front.classOf(60));
  });

  test('the smallest of those that it serves', () => {
    inner.classOf = (bytes) => classOf(bytes) | 1;
    expect([front.classOf(40), front.classOf(64), front.classOf(65)]).toEqual([3, 3, 5]);
  });
});

describe('free', () => {
  test('FRONT-2: true for a block that was not live', () => {
    live[BLOCK >>> 4] = 0;
    breaks('FRONT-2', `free(${CLASS}, ${BLOCK})`, { freed: true, was: 0 }, () => front.free(CLASS, BLOCK));
  });

  test('FRONT-2: true, and the block lives on', () => {
    inner.leaves = 1;
    breaks('FRONT-2', `free(${CLASS}, ${BLOCK})`, { freed: true, was: 1 }, () => front.free(CLASS, BLOCK));
  });

  test('FRONT-2: true for what is no address of the heap', () => {
    breaks('FRONT-2', 'free(3, 4294967280)', { freed: true, was: 0 }, () => front.free(CLASS, 4_294_967_280));
  });
});
