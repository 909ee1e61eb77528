// Proves the checks of a remote queue at run time: each clause that they watch throws when a planted queue breaks it, a right
// queue passes, and where others can see the records only what one thread may rely on is looked at.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  CLAUSES,
  type ClauseId,
  CompositionError,
  ContractViolation,
  checked,
  Ground,
  groundLiveBytes,
  groundWords,
  NOTE_SPAN,
  noteOf,
  PageKind,
  pageWord,
  type RecipeOf,
  type RemoteQueue,
  SlotState,
} from '../src/index.js';

const OWNER = 3;
const CLASS = 15;
const HEAD = 9;
const BLOCK = HEAD * 65_536;
const WORDS = 32;

/** Frees, marks slabs and visits them; a test makes one part of it wrong. */
class PlantedQueue implements RemoteQueue {
  told = 0;
  taken = 0;
  marks = new Set<number>();
  constructor(readonly ground: Ground) {}
  free(address: number): boolean {
    const { live } = this.ground.records;
    if (live[address >>> 4] !== 1) return false;
    live[address >>> 4] = 0;
    if (!this.marks.has(address >>> 16)) this.told++;
    this.marks.add(address >>> 16);
    return true;
  }
  hasNews(sizeClass: number): boolean {
    return sizeClass === CLASS && this.marks.size > 0;
  }
  take(_: number, visit: (head: number) => void): number {
    const heads = [...this.marks];
    this.marks.clear();
    this.taken += heads.length;
    for (const head of heads) visit(head);
    return heads.length;
  }
  nextClass(): number {
    return this.marks.size > 0 ? CLASS : -1;
  }
  isTold(head: number): boolean {
    return this.marks.has(head);
  }
  settle(): void {}
  stats(): { told: number; taken: number } {
    return { told: this.told, taken: this.taken };
  }
}

function groundOf(shared: boolean): Ground {
  const make = (bytes: number): ArrayBufferLike => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  const words = new Int32Array(make(4 * (groundWords(64) + WORDS)));
  return new Ground({ words, live: new Uint8Array(make(groundLiveBytes(64))) }, 64);
}

function behindChecks(ground: Ground, box: RemoteQueue): RemoteQueue {
  const recipe = {
    box: 'planted',
    contract: 'remote',
    capabilities: {
      alignment: 16,
      concurrency: 'any',
      grows: false,
      shrinks: false,
      zeroed: false,
      retries: false,
      stateInBuffer: true,
    },
    words: () => WORDS,
    build: () => box,
  } as const satisfies RecipeOf<'remote'>;
  const wrapped: RecipeOf<'remote'> = checked<RecipeOf<'remote'>>(recipe);
  return wrapped.build(ground.scope(WORDS, OWNER), null);
}

let ground: Ground;
let inner: PlantedQueue;
let queue: RemoteQueue;

function setUp(shared = false): void {
  ground = groundOf(shared);
  const { words, live } = ground.records;
  words[HEAD] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER, CLASS);
  words[noteOf(HEAD) + NOTE_SPAN] = 1;
  live[BLOCK >>> 4] = 1;
  live[(BLOCK >>> 4) + 16] = 1;
  inner = new PlantedQueue(ground);
  queue = behindChecks(ground, inner);
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

test.each([false, true])('a right queue passes, shared: %s', (shared) => {
  setUp(shared);
  expect(queue.nextClass()).toBe(-1);
  expect([queue.free(BLOCK), queue.free(BLOCK), queue.free(BLOCK + 256)]).toEqual([true, false, true]);
  expect([queue.isTold(HEAD), queue.hasNews(CLASS), queue.nextClass()]).toEqual([true, true, CLASS]);
  const heads: number[] = [];
  expect(queue.take(CLASS, (head) => heads.push(head))).toBe(1);
  queue.settle(2);
  expect([heads, queue.stats()]).toEqual([[HEAD], { told: 1, taken: 1 }]);
});

describe('free', () => {
  test('REMOTE-1: true for what was not live, false for what was, a byte that stays', () => {
    inner.free = () => true;
    breaks('REMOTE-1', `free(${BLOCK})`, { answer: true, before: 1, after: 1 }, () => queue.free(BLOCK));
    breaks('REMOTE-1', `free(${BLOCK + 16})`, { answer: true, before: 0 }, () => queue.free(BLOCK + 16));
    inner.free = () => false;
    breaks('REMOTE-1', `free(${BLOCK})`, { answer: false, before: 1 }, () => queue.free(BLOCK));
  });

  test('REMOTE-1: a refused free that tells', () => {
    inner.free = () => {
      inner.told++;
      return false;
    };
    breaks('REMOTE-1', `free(${BLOCK + 16})`, { answer: false, told: 1 }, () => queue.free(BLOCK + 16));
  });

  test('REMOTE-2: an owner that is not told, one that is told twice', () => {
    const free = inner.free.bind(inner);
    inner.free = (address) => {
      const answer = free(address);
      inner.marks.clear();
      return answer;
    };
    breaks('REMOTE-2', `free(${BLOCK})`, { head: HEAD, marked: false }, () => queue.free(BLOCK));
    inner.free = (address) => {
      inner.told++;
      return free(address);
    };
    breaks('REMOTE-2', `free(${BLOCK + 256})`, { told: 2 }, () => queue.free(BLOCK + 256));
  });

  test('where others see the records, a block that was taken back at once is no violation', () => {
    setUp(true);
    inner.free = () => true;
    expect(queue.free(BLOCK)).toBe(true);
  });
});

describe('take', () => {
  const visiting = (heads: readonly number[], says = heads.length) => {
    inner.take = (_, visit) => {
      for (const head of heads) visit(head);
      inner.taken += heads.length;
      return says;
    };
  };
  const call = `take(${CLASS})`;

  test('REMOTE-4: a slab that has gone, or is another thread’s, also where others see the records', () => {
    for (const shared of [false, true]) {
      setUp(shared);
      visiting([HEAD + 1]);
      breaks('REMOTE-4', call, { head: HEAD + 1 }, () => queue.take(CLASS, () => {}));
      ground.records.words[HEAD] = pageWord(SlotState.ACTIVE, PageKind.TINY, OWNER + 1, CLASS);
      visiting([HEAD]);
      breaks('REMOTE-4', call, { head: HEAD, owner: OWNER }, () => queue.take(CLASS, () => {}));
    }
  });

  test('REMOTE-8: a slab of another class, a slab visited twice, a wrong count', () => {
    visiting([HEAD]);
    breaks('REMOTE-8', `take(${CLASS + 1})`, { head: HEAD }, () => queue.take(CLASS + 1, () => {}));
    visiting([HEAD, HEAD]);
    breaks('REMOTE-8', call, { head: HEAD, again: true }, () => queue.take(CLASS, () => {}));
    visiting([HEAD], 2);
    breaks('REMOTE-8', call, { answer: 2, visits: 1 }, () => queue.take(CLASS, () => {}));
  });

  test('REMOTE-3: a mark that is still set when the slab is visited', () => {
    queue.free(BLOCK);
    visiting([HEAD]);
    breaks('REMOTE-3', call, { head: HEAD, told: true }, () => queue.take(CLASS, () => {}));
  });
});

describe('nextClass and settle', () => {
  test('REMOTE-7: a class without news, none though there is some, none that there is', () => {
    for (const answer of [CLASS, 96, -2]) {
      inner.nextClass = () => answer;
      breaks('REMOTE-7', 'nextClass()', { answer }, () => queue.nextClass());
    }
    queue.free(BLOCK);
    inner.nextClass = () => -1;
    breaks('REMOTE-7', 'nextClass()', { answer: -1, hasNews: CLASS }, () => queue.nextClass());
  });

  test('REMOTE-6: settle that tells twice', () => {
    inner.settle = () => {
      inner.told += 2;
    };
    breaks('REMOTE-6', 'settle(2)', { times: 2 }, () => queue.settle(2));
  });
});

test('GENERAL-C: looking that writes', () => {
  const write = (): false => {
    ground.records.words[groundWords(64) + 3]++;
    return false;
  };
  inner.hasNews = write;
  breaks('GENERAL-C', 'hasNews(4)', { word: 3 }, () => queue.hasNews(4));
  inner.isTold = write;
  breaks('GENERAL-C', 'isTold(4)', { word: 3 }, () => queue.isTold(4));
  inner.stats = () => ({ told: Number(write()), taken: 0 });
  breaks('GENERAL-C', 'stats()', { word: 3 }, () => queue.stats());
});

test('a queue that lacks a method is refused', () => {
  const lacking = Object.create(inner, { settle: { value: undefined } }) as RemoteQueue;
  expect(() => behindChecks(groundOf(false), lacking)).toThrow(CompositionError);
});
