// Proves the checks at run time of pools and of large blocks: each throws with box, clause, call and values when a planted box
// breaks it, a right answer passes, and methods that the box inside lacks are absent.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Capabilities,
  CLAUSES,
  type ClauseId,
  ContractViolation,
  checked,
  kindFor,
  type LargeBlocks,
  NOTE_CURSOR,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  PAGE_BYTES,
  PageKind,
  pageWord,
  type RecipeOf,
  type RunPool,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  standaloneGround,
} from '../src/index.js';

const OWNER = 7;
const SPAN = SPAN_PAGES.indexOf(4);
const RUN = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
const CAPABILITIES: Capabilities = {
  ...{ alignment: 65_536, concurrency: 'any', grows: true, shrinks: true },
  ...{ zeroed: false, retries: true, stateInBuffer: true },
};

let ground = standaloneGround(128, 0);
let { records } = ground;
beforeEach(() => {
  ground = standaloneGround(128, 0);
  records = ground.records;
});

function slab(head: number, c: number, owner = OWNER): number {
  for (let i = 0; i < SPAN_PAGES[c]; i++) {
    records.words[head + i] = pageWord(SlotState.ACTIVE, kindFor(c), owner, c);
    records.words[noteOf(head + i) + NOTE_SPAN] = i === 0 ? SPAN_PAGES[c] : -i;
  }
  records.words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[c];
  return head;
}

function run(head: number, pages: number): number {
  for (let i = 0; i < pages; i++) records.words[head + i] = RUN;
  records.words[noteOf(head) + NOTE_SPAN] = pages;
  records.live[head << 12] = 1;
  return head;
}

/** A box whose methods do what a test says; the others do nothing. */
function boxOf(methods: object): object {
  const nothing = { sweep: () => 0, reclaim: () => 0, stats: () => ({}), verify: () => {} };
  return {
    acquire: () => 0,
    release: () => {},
    leave: () => {},
    malloc: () => 0,
    free: () => false,
    ...nothing,
    ...methods,
  };
}

function behind<Name extends 'pool' | 'large', Box>(contract: Name, methods: object): Box {
  const recipe = { box: 'planted', contract, capabilities: CAPABILITIES, words: () => 0, build: () => boxOf(methods) };
  const scope = ground.scopeOf({ words: records.words, start: 0, length: 0 }, { owner: OWNER });
  return checked(recipe as unknown as RecipeOf<Name>).build(scope, null as never) as Box;
}

const runMethods = (methods: Partial<RunPool>): object => {
  const no = () => false;
  return {
    acquireRun: () => 0,
    releaseRun: no,
    extendRun: no,
    keepRun: no,
    reuseRun: no,
    splitRun: no,
    joinRuns: no,
    dropRun: no,
    ...methods,
  };
};
const pool = (methods: Partial<RunPool>): RunPool => behind('pool', runMethods(methods));
const large = (methods: Partial<LargeBlocks>): Required<LargeBlocks> => behind('large', methods);

function breaks(id: ClauseId, call: string, act: () => unknown): void {
  let error: unknown;
  try {
    act();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ContractViolation);
  expect(error).toMatchObject({ box: 'planted', clause: id, call });
  expect((error as Error).message).toContain(CLAUSES[id]);
}

describe('acquire', () => {
  const taking = (head: number): RunPool => pool({ acquire: () => head });

  test('passes on a whole slab of the caller, made in the call, and on 0', () => {
    expect(pool({ acquire: () => slab(40, SPAN) }).acquire(SPAN)).toBe(40);
    expect(pool({}).acquire(SPAN)).toBe(0);
  });

  test('throws for a slab that was the caller’s already', () => {
    slab(40, SPAN);
    breaks('POOL-12', `acquire(${SPAN})`, () => taking(40).acquire(SPAN));
  });

  test.each<[ClauseId, string, () => void]>([
    ['POOL-15', 'of another thread', () => slab(40, SPAN, 9)],
    ['POOL-15', 'of another class', () => slab(40, SPAN + 1)],
    ['POOL-15', 'without room', () => (records.words[noteOf(slab(40, SPAN)) + NOTE_ROOM] = 0)],
    ['POOL-15', 'with a live block too many', () => (records.live[slab(40, SPAN) << 12] = 1)],
    ['POOL-15', 'with a cursor', () => (records.words[noteOf(slab(40, SPAN)) + NOTE_CURSOR] = 3)],
    ['POOL-4', 'with another word at its last page', () => (records.words[slab(40, SPAN) + 3] = 0)],
    ['POOL-4', 'with a wrong note at its last page', () => (records.words[noteOf(slab(40, SPAN) + 3) + NOTE_SPAN] = 0)],
    ['POOL-4', 'over the border of SuperSlabs', () => slab(62, SPAN)],
  ])('throws %s for a slab %s', (id, what, make) => {
    const wrong = pool({
      acquire() {
        make();
        return what.startsWith('over') ? 62 : 40;
      },
    });
    breaks(id, `acquire(${SPAN})`, () => wrong.acquire(SPAN));
  });
});

describe('release and leave', () => {
  test('the caller releases a slab of its own in which nothing is live', () => {
    breaks('POOL-16', 'release(40)', () => pool({}).release(40));
    slab(40, SPAN, 9);
    breaks('POOL-16', 'release(40)', () => pool({}).release(40));
    records.live[slab(40, SPAN) << 12] = 1;
    breaks('POOL-16', 'release(40)', () => pool({}).release(40));
  });

  test('it is gone then, all of it', () => {
    slab(40, SPAN);
    breaks('POOL-5', 'release(40)', () => pool({}).release(40));
    breaks('POOL-5', 'release(40)', () => pool({ release: () => void records.words.fill(0, 40, 43) }).release(40));
    slab(40, SPAN);
    pool({ release: () => void records.words.fill(0, 40, 44) }).release(40);
  });

  test('nothing carries a thread that has left; counts are counts', () => {
    slab(40, SPAN, 9);
    breaks('POOL-10', 'leave(9)', () => pool({}).leave(9));
    pool({}).leave(10);
    breaks('POOL-20', 'sweep()', () => pool({ sweep: () => -1 }).sweep());
    breaks('POOL-20', 'reclaim()', () => pool({ reclaim: () => Number.NaN }).reclaim());
  });
});

describe('runs', () => {
  test('a new run is whole, aligned, live, and no slab of the caller', () => {
    expect(pool({ acquireRun: () => run(40, 3) }).acquireRun(3, 8)).toBe(40);
    breaks('POOL-12', 'acquireRun(3, 16)', () => pool({ acquireRun: () => run(40, 3) }).acquireRun(3, 16));
    breaks('POOL-12', 'acquireRun(4, 8)', () => pool({ acquireRun: () => run(40, 3) }).acquireRun(4, 8));
    const broken = pool({
      acquireRun() {
        records.words[run(48, 3) + 2] = 0;
        return 48;
      },
    });
    breaks('POOL-12', 'acquireRun(3, 1)', () => broken.acquireRun(3, 1));
    slab(56, SPAN);
    breaks('POOL-12', 'acquireRun(2, 1)', () => pool({ acquireRun: () => run(56, 2) }).acquireRun(2, 1));
    breaks('POOL-17', 'acquireRun(0, 1)', () => pool({}).acquireRun(0, 1));
  });

  test('what is shortened, extended, split, reused and dropped is what the clauses say', () => {
    run(40, 3);
    breaks('POOL-17', 'releaseRun(40, 3)', () => pool({}).releaseRun(40, 3));
    breaks('POOL-13', 'releaseRun(40, 2)', () => pool({}).releaseRun(40, 2));
    breaks('POOL-17', 'extendRun(40, 2, 4)', () => pool({}).extendRun(40, 2, 4));
    breaks('POOL-13', 'extendRun(40, 3, 4)', () => pool({ extendRun: () => true }).extendRun(40, 3, 4));
    expect(pool({ extendRun: () => run(40, 4) > 0 }).extendRun(40, 3, 4)).toBe(true);
    expect(pool({}).extendRun(40, 4, 5)).toBe(false);
    breaks('POOL-17', 'splitRun(40, 4)', () => pool({}).splitRun(40, 4));
    breaks('POOL-19', 'splitRun(40, 1)', () => pool({}).splitRun(40, 1));
    breaks('POOL-18', 'reuseRun(60, 2)', () => pool({ reuseRun: () => true }).reuseRun(60, 2));
    records.words[60] = pageWord(SlotState.ACTIVE, PageKind.LARGE, OWNER, 0);
    breaks('POOL-18', 'dropRun(60)', () => pool({}).dropRun(60));
  });

  test('are absent when the pool inside has none', () => {
    const slots = behind<'pool', RunPool>('pool', {});
    for (const method of [
      'acquireRun',
      'releaseRun',
      'extendRun',
      'keepRun',
      'reuseRun',
      'splitRun',
      'joinRuns',
      'dropRun',
    ])
      expect(method in slots).toBe(false);
  });
});

describe('large blocks', () => {
  const ADDRESS = 40 * PAGE_BYTES;

  test('a new block is whole, aligned, live and long enough', () => {
    expect(large({ malloc: () => run(40, 3) * PAGE_BYTES }).malloc(3 * PAGE_BYTES, 8 * PAGE_BYTES)).toBe(ADDRESS);
    const wrong = large({ malloc: () => ADDRESS });
    breaks('LARGE-1', `malloc(${4 * PAGE_BYTES}, 1)`, () => wrong.malloc(4 * PAGE_BYTES, 1));
    breaks('LARGE-1', `malloc(1, ${16 * PAGE_BYTES})`, () => wrong.malloc(1, 16 * PAGE_BYTES));
    records.words[42] = 0;
    breaks('LARGE-1', 'malloc(1, 1)', () => wrong.malloc(1, 1));
    breaks('LARGE-7', 'malloc(1, 3)', () => wrong.malloc(1, 3));
    breaks('LARGE-7', 'malloc(-1, 1)', () => wrong.malloc(-1, 1));
  });

  test('free of what can be no large block is false', () => {
    const wrong = large({ free: () => true });
    expect(wrong.free(ADDRESS)).toBe(true);
    breaks('LARGE-6', `free(${ADDRESS + 16})`, () => wrong.free(ADDRESS + 16));
    slab(40, SPAN);
    breaks('LARGE-6', `free(${ADDRESS})`, () => wrong.free(ADDRESS));
  });

  test('resize holds what was asked for, or changes nothing', () => {
    run(40, 3);
    breaks('LARGE-1', `resize(${ADDRESS}, ${4 * PAGE_BYTES})`, () =>
      large({ resize: () => true }).resize(ADDRESS, 4 * PAGE_BYTES),
    );
    const cuts = large({
      resize() {
        records.words[noteOf(40) + NOTE_SPAN] = 2;
        return false;
      },
    });
    breaks('LARGE-2', `resize(${ADDRESS}, 5)`, () => cuts.resize(ADDRESS, 5));
    breaks('LARGE-6', `resize(${ADDRESS + 32}, 5)`, () => large({ resize: () => true }).resize(ADDRESS + 32, 5));
    expect(large({ resize: () => false }).resize(ADDRESS, 5)).toBe(false);
    expect('resize' in behind<'large', LargeBlocks>('large', {})).toBe(false);
  });
});
