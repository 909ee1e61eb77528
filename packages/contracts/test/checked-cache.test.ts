// Proves the checks of a cache at run time: each clause that they watch throws when a planted cache breaks it, and a right one
// passes, alone and where others free blocks.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  type BlockCache,
  CLAUSES,
  type ClauseId,
  CompositionError,
  ContractViolation,
  checked,
  Ground,
  groundLiveBytes,
  groundWords,
  NOTE_ROOM,
  NOTE_SPAN,
  noteOf,
  PageKind,
  pageWord,
  policyCap,
  type RecipeOf,
  SlotState,
} from '../src/index.js';

const OWNER = 3;
const CLASS = 31;
const BLOCKS = 64;
const HEAD = 9;
const FIRST = HEAD * 65_536;
const WORDS = 32;
const block = (i: number): number => FIRST + 1_024 * i;

/** One slab and one stack, last in, first out; nothing refills it but what a test does. */
class PlantedCache implements BlockCache {
  stack: number[] = [];
  readonly counts = { refills: 0, refilled: 0, flushes: 0, flushed: 0, drains: 0, retired: 0 };
  constructor(readonly ground: Ground) {}
  take(): number {
    const address = this.stack.pop() ?? 0;
    if (address !== 0) this.ground.records.live[address >>> 4] = 1;
    return address;
  }
  give(_: number, address: number): boolean {
    if (this.ground.records.live[address >>> 4] !== 1) return false;
    this.ground.records.live[address >>> 4] = 0;
    this.stack.push(address);
    return true;
  }
  prewarm(): number {
    return this.stack.length;
  }
  drain(): void {
    this.counts.drains++;
  }
  flushAll(): void {
    this.room(BLOCKS > this.stack.length ? this.roomNow() + this.stack.length : 0);
    this.counts.flushes++;
    this.counts.flushed += this.stack.splice(0).length;
  }
  retireIdle(): void {}
  cached(visit: (sizeClass: number, address: number) => void): void {
    for (const address of this.stack) visit(CLASS, address);
  }
  stats(): typeof this.counts {
    return { ...this.counts };
  }
  verify(): void {}
  roomNow(): number {
    return this.ground.records.words[noteOf(HEAD) + NOTE_ROOM];
  }
  room(blocks: number): void {
    this.ground.records.words[noteOf(HEAD) + NOTE_ROOM] = blocks;
  }
}

let ground: Ground;
let inner: PlantedCache;
let cache: BlockCache;

function behindChecks(box: BlockCache): BlockCache {
  const recipe: RecipeOf<'cache'> = {
    box: 'planted',
    contract: 'cache',
    capabilities: {
      alignment: 16,
      concurrency: 'owner',
      grows: false,
      shrinks: true,
      zeroed: false,
      retries: false,
      stateInBuffer: true,
    },
    words: () => WORDS,
    build: () => box,
  };
  return checked(recipe).build(ground.scope(WORDS, OWNER), { source: null as never, remote: null });
}

/** A slab with blocks 0 … 3 in the stack, 4 … 7 live, and the others room. */
function setUp(shared = false): void {
  const make = (bytes: number): ArrayBufferLike => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const words = new Int32Array(make(4 * (groundWords(64) + 2 * WORDS)));
  ground = new Ground({ words, live: new Uint8Array(make(groundLiveBytes(64))) }, 64);
  words[HEAD] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER, CLASS);
  words[noteOf(HEAD) + NOTE_SPAN] = 1;
  for (let i = 4; i < 8; i++) ground.records.live[block(i) >>> 4] = 1;
  inner = new PlantedCache(ground);
  inner.stack = [block(3), block(2), block(1), block(0)];
  inner.room(BLOCKS - 8);
  cache = behindChecks(inner);
}

beforeEach(() => setUp());

/** Runs `act` and expects it to break the clause in the call, with the values seen. */
function breaks(id: ClauseId, call: string, values: object, act: () => void): void {
  let error: unknown;
  try {
    act();
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ContractViolation);
  expect(error).toMatchObject({ code: 'HAKMEM_CONTRACT', box: 'planted', clause: id, call, values });
  expect((error as Error).message).toContain(`planted, ${call}: ${id} does not hold: ${CLAUSES[id]} Seen: `);
}

const take = (): number => cache.take(CLASS);
const TAKE = `take(${CLASS})`;

test.each([false, true])('a right cache passes, shared: %s', (shared) => {
  setUp(shared);
  expect([take(), take()]).toEqual([block(0), block(1)]);
  expect([cache.give(CLASS, block(0)), cache.give(CLASS, block(0)), cache.give(CLASS, 2 ** 31)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(cache.prewarm(CLASS, 16)).toBe(3);
  cache.drain(CLASS);
  const seen: number[] = [];
  cache.cached((_, address) => seen.push(address));
  expect(seen).toEqual(inner.stack);
  cache.flushAll();
  cache.retireIdle();
  cache.verify(() => expect.unreachable());
  expect([take(), cache.stats()]).toEqual([0, { ...inner.counts }]);
});

describe('take', () => {
  test('CACHE-1: a block that is live already, a live byte that is not set', () => {
    inner.take = () => {
      inner.stack.pop();
      return block(5);
    };
    breaks('CACHE-1', TAKE, { address: block(5), wasLive: true }, take);
    inner.take = () => inner.stack.pop()!;
    breaks('CACHE-1', TAKE, { liveByte: 0 }, take);
  });

  test.each([
    ['the middle of a block', block(9) + 16],
    ['behind the last block', block(BLOCKS)],
    ['no number of a page', -65_536],
    ['behind the last page', 64 * 65_536],
  ])('CACHE-10: %s', (_, address) => {
    inner.take = () => {
      inner.stack.pop();
      return address;
    };
    breaks('CACHE-10', TAKE, { address }, take);
  });

  test('CACHE-10: a block of another class, of another thread', () => {
    breaks('CACHE-10', `take(${CLASS - 1})`, { address: block(0) }, () => cache.take(CLASS - 1));
    setUp();
    inner.take = () => {
      const address = inner.stack.pop()!;
      inner.stack = [];
      inner.counts.flushes++;
      inner.counts.flushed += 3;
      ground.records.words[HEAD] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, CLASS);
      return address;
    };
    breaks('CACHE-10', TAKE, { address: block(0) }, take);
  });

  test('CACHE-4: room that is not there', () => {
    inner.room(BLOCKS - 7);
    breaks('CACHE-4', TAKE, { head: HEAD, cached: 3, room: BLOCKS - 7, free: BLOCKS - 5 }, take);
  });

  test('CACHE-15: a refill that is not counted, a block that is gone', () => {
    inner.take = () => {
      inner.stack.unshift(block(20));
      inner.room(BLOCKS - 9);
      return PlantedCache.prototype.take.call(inner);
    };
    breaks('CACHE-15', TAKE, { had: 3, has: 4, refilled: 0 }, take);
    setUp();
    inner.take = () => {
      inner.stack.shift();
      return PlantedCache.prototype.take.call(inner);
    };
    breaks('CACHE-15', TAKE, { had: 3, has: 2, drains: 0 }, take);
  });
});

describe('give', () => {
  const call = `give(${CLASS}, ${block(5)})`;
  const give = (): boolean => cache.give(CLASS, block(5));

  test('CACHE-12: a live block under another class, the middle of a block', () => {
    breaks('CACHE-12', `give(${CLASS - 1}, ${block(5)})`, { address: block(5) }, () => cache.give(CLASS - 1, block(5)));
    ground.records.live[(block(5) + 16) >>> 4] = 1;
    breaks('CACHE-12', `give(${CLASS}, ${block(5) + 16})`, {}, () => cache.give(CLASS, block(5) + 16));
  });

  test('CACHE-2: a dead block taken back, one refused that changes something, a live one refused', () => {
    inner.give = () => true;
    breaks('CACHE-2', `give(${CLASS}, ${block(20)})`, { answer: true }, () => cache.give(CLASS, block(20)));
    inner.give = () => {
      inner.stack.pop();
      return false;
    };
    breaks('CACHE-2', `give(${CLASS}, ${block(20)})`, { answer: false, same: false }, () =>
      cache.give(CLASS, block(20)),
    );
    inner.give = () => false;
    breaks('CACHE-2', call, { answer: false, was: 1, is: 1 }, give);
  });

  test('CACHE-3: a block that is cached and live, twice, or none of the class', () => {
    inner.give = () => inner.stack.push(block(5)) > 0;
    breaks('CACHE-3', call, { cachedAndLive: block(5) }, give);
    setUp();
    inner.stack.push(block(0));
    breaks('CACHE-3', 'cached', { address: block(0), again: true }, give);
    setUp();
    inner.stack.push(block(0) + 16);
    breaks('CACHE-3', 'cached', { address: block(0) + 16 }, give);
  });

  test('CACHE-11: more than the cap, which acts from the next refill or flush on', () => {
    const cap = ground.policy.start + policyCap(CLASS);
    ground.policy.words[cap] = 4;
    expect(give()).toBe(true);
    setUp();
    ground.policy.words[cap] = 4;
    cache = behindChecks(inner);
    inner.give = (_, address) => {
      inner.counts.flushes++;
      inner.counts.flushed++;
      inner.counts.refills++;
      inner.counts.refilled++;
      return PlantedCache.prototype.give.call(inner, CLASS, address);
    };
    breaks('CACHE-11', call, { cached: 5, cap: 4 }, give);
  });

  test('CACHE-5: a slab that a flush leaves with nothing but room', () => {
    for (let i = 4; i < 8; i++) ground.records.live[block(i) >>> 4] = 0;
    ground.records.live[block(5) >>> 4] = 1;
    inner.room(BLOCKS - 5);
    inner.give = () => {
      ground.records.live[block(5) >>> 4] = 0;
      inner.counts.flushes++;
      inner.counts.flushed += inner.stack.splice(0).length + 1;
      inner.room(BLOCKS);
      return true;
    };
    breaks('CACHE-5', call, { head: HEAD, allRoom: true }, give);
  });
});

describe('the cold verbs', () => {
  test('CACHE-13: prewarm that says too many, or fills what is not empty', () => {
    inner.prewarm = () => 5;
    breaks('CACHE-13', `prewarm(${CLASS}, 16)`, { answer: 5, now: 4 }, () => cache.prewarm(CLASS, 16));
    inner.prewarm = () => {
      inner.counts.refills++;
      inner.counts.refilled++;
      inner.room(BLOCKS - 9);
      return inner.stack.push(block(20));
    };
    breaks('CACHE-13', `prewarm(${CLASS}, 16)`, { answer: 5, before: 4, now: 5 }, () => cache.prewarm(CLASS, 16));
  });

  test('CACHE-6: a drain that leaves a slab of which nothing is live and some is cached; not where others may just have freed', () => {
    for (const shared of [false, true]) {
      setUp(shared);
      for (let i = 4; i < 8; i++) ground.records.live[block(i) >>> 4] = 0;
      if (shared) cache.drain(CLASS);
      else breaks('CACHE-6', `drain(${CLASS})`, { head: HEAD, room: BLOCKS - 8 }, () => cache.drain(CLASS));
    }
  });

  test('CACHE-14: flushAll that leaves something, retireIdle that leaves a slab', () => {
    inner.flushAll = () => {};
    breaks('CACHE-14', 'flushAll()', { cached: 4 }, () => cache.flushAll());
    inner.stack = [];
    inner.room(BLOCKS);
    breaks('CACHE-14', 'retireIdle()', { idle: String(HEAD) }, () => cache.retireIdle());
  });

  test('GENERAL-C: looking that writes', () => {
    const write = (): void => {
      ground.records.words[groundWords(64) + 3]++;
    };
    inner.verify = write;
    breaks('GENERAL-C', 'verify', { word: 3 }, () => cache.verify(() => {}));
    inner.cached = write;
    breaks('GENERAL-C', 'cached', { word: 3 }, () => cache.cached(() => {}));
    inner.stats = () => {
      write();
      return { ...inner.counts };
    };
    breaks('GENERAL-C', 'stats()', { word: 3 }, () => cache.stats());
  });

  test('a cache that lacks a method is refused', () => {
    const lacking = Object.create(inner, { drain: { value: undefined } }) as BlockCache;
    expect(() => behindChecks(lacking)).toThrow(CompositionError);
  });
});
