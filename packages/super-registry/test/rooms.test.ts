// Proves the clauses of SOURCE for the rooms, behind the checked wrapper of contracts, and what their walker finds when a
// note is damaged.

import {
  CheckedSource,
  clause,
  NOTE_NEXT,
  NOTE_PREV,
  NOTE_ROOM,
  noteOf,
  PAGE_BYTES,
  PageKind,
  pageWord,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
} from '@hakmem/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeSlab, OWNER } from './helpers/fakes.js';
import { heldBy, type MadeRooms, makeRooms, problemsOf } from './helpers/setup.js';

const PAGES = 64;
const TINY = 3;
const MID = 40;

let made: MadeRooms;
let rooms: SlabSource;

beforeEach(() => {
  made = makeRooms(PAGES);
  rooms = new CheckedSource(made.ground.records, made.rooms);
});

/** The two links in the note of a slab. */
function links(head: number): [next: number | undefined, prev: number | undefined] {
  const { words } = made.ground.records;
  return [words[noteOf(head) + NOTE_NEXT], words[noteOf(head) + NOTE_PREV]];
}

/** Slabs of a class at these pages, offered in this order. */
function offered(sizeClass: number, ...heads: number[]): void {
  for (const head of heads) rooms.offer(sizeClass, makeSlab(made.ground.records, head, sizeClass, 1));
}

describe(clause('SOURCE-1'), () => {
  test('what acquire returns is no longer held, from the list and from the pool alike', () => {
    offered(TINY, 10, 11);
    expect(rooms.acquire(TINY)).toBe(11);
    expect(heldBy(rooms)).toEqual([[TINY, 10]]);
    expect(links(11)).toEqual([0, 0]);
    expect(rooms.acquire(TINY)).toBe(10);
    expect(rooms.acquire(TINY)).toBe(1);
    expect(heldBy(rooms)).toEqual([]);
  });

  test('what spare returns is no longer held', () => {
    offered(TINY, 10, 11);
    expect([rooms.spare(TINY), rooms.spare(TINY), rooms.spare(TINY)]).toEqual([11, 10, 0]);
    expect(heldBy(rooms)).toEqual([]);
  });

  test('classes do not mix', () => {
    offered(TINY, 10);
    offered(MID, 20, 24);
    expect(rooms.spare(TINY + 1)).toBe(0);
    expect(rooms.spare(MID)).toBe(24);
    expect(heldBy(rooms)).toEqual([
      [TINY, 10],
      [MID, 20],
    ]);
  });

  test('acquire answers 0 when nothing is listed and memory is exhausted', () => {
    made.pool.exhausted = true;
    expect(rooms.acquire(TINY)).toBe(0);
    expect(problemsOf(rooms)).toEqual([]);
  });
});

test(clause('SOURCE-2'), () => {
  offered(TINY, 10, 11, 12);
  expect([rooms.acquire(TINY), rooms.acquire(TINY), rooms.acquire(TINY)]).toEqual([12, 11, 10]);
  expect(made.pool.asked).toBe(0);
  rooms.acquire(TINY);
  expect(made.pool.asked).toBe(1);
});

test(clause('SOURCE-3'), () => {
  expect(rooms.spare(TINY)).toBe(0);
  offered(TINY, 10);
  rooms.spare(TINY);
  expect(rooms.spare(TINY)).toBe(0);
  expect(made.pool.asked).toBe(0);
});

describe(clause('SOURCE-4'), () => {
  test.each([
    ['first', 12, [11, 10]],
    ['middle', 11, [12, 10]],
    ['last', 10, [12, 11]],
  ])('the %s of a list leaves from where it stands', (_place, head, left) => {
    offered(TINY, 10, 11, 12);
    made.ground.records.words[noteOf(head) + NOTE_ROOM] = SPAN_BLOCKS[TINY];
    rooms.retire(TINY, head);
    expect(heldBy(rooms)).toEqual(left.map((each) => [TINY, each]));
    expect(problemsOf(rooms)).toEqual([]);
    expect(links(head)).toEqual([0, 0]);
    expect(made.pool.released).toEqual([head]);
  });

  test('the only one of a list leaves it empty', () => {
    offered(TINY, 10);
    made.ground.records.words[noteOf(10) + NOTE_ROOM] = SPAN_BLOCKS[TINY];
    rooms.retire(TINY, 10);
    expect(heldBy(rooms)).toEqual([]);
    expect(rooms.spare(TINY)).toBe(0);
  });

  test('a slab that no link holds goes to the pool, and the lists stay as they are', () => {
    offered(TINY, 10, 11);
    rooms.retire(TINY, makeSlab(made.ground.records, 30, TINY));
    expect(made.pool.released).toEqual([30]);
    expect(heldBy(rooms)).toEqual([
      [TINY, 11],
      [TINY, 10],
    ]);
  });
});

test('a slab at page 1 and one at the last page can be listed', () => {
  offered(TINY, PAGES - 1, 1);
  expect(links(1)).toEqual([PAGES - 1, -1]);
  expect(links(PAGES - 1)).toEqual([0, 1]);
  expect([rooms.acquire(TINY), rooms.acquire(TINY)]).toEqual([1, PAGES - 1]);
});

test('the region has one word per class and is all that the rooms write beside the notes', () => {
  const before = made.ground.records.words.slice();
  offered(0, 10);
  offered(95, 20);
  const { words } = made.ground.records;
  expect([words[made.region.start], words[made.region.start + 95]]).toEqual([10, 20]);
  expect(made.region.length).toBe(96);
  const allowed = new Set([10, 20, noteOf(10) + NOTE_ROOM, noteOf(20) + NOTE_ROOM]);
  for (const head of [10, 20]) allowed.add(noteOf(head) + NOTE_NEXT).add(noteOf(head) + NOTE_PREV);
  for (let i = 0; i < made.region.length; i++) allowed.add(made.region.start + i);
  for (let i = 0; i < words.length; i++) if (!allowed.has(i)) expect(words[i], `word ${i}`).toBe(before[i]);
});

describe('the walker', () => {
  const complaint = (head: number, what: string): object => ({
    box: 'super-registry',
    message: `slab ${head} in the rooms of class ${TINY} ${what}`,
    address: head * PAGE_BYTES,
  });

  beforeEach(() => {
    offered(TINY, 10, 11, 12);
    expect(problemsOf(rooms)).toEqual([]);
  });

  test('finds a slab of another class', () => {
    makeSlab(made.ground.records, 11, TINY + 1, 1);
    const word = made.ground.records.words[11];
    expect(problemsOf(rooms)).toEqual([complaint(11, `has the page word ${word}`)]);
  });

  test('finds a page that is not ACTIVE', () => {
    const word = pageWord(SlotState.EMPTY, PageKind.TINY, OWNER, TINY);
    made.ground.records.words[10] = word;
    expect(problemsOf(rooms)).toEqual([complaint(10, `has the page word ${word}`)]);
  });

  test('finds a slab without room', () => {
    made.ground.records.words[noteOf(12) + NOTE_ROOM] = 0;
    expect(problemsOf(rooms)).toEqual([complaint(12, 'has no room')]);
  });

  test('finds a wrong link back, of the first and of a later one', () => {
    made.ground.records.words[noteOf(12) + NOTE_PREV] = 0;
    made.ground.records.words[noteOf(10) + NOTE_PREV] = 12;
    expect(problemsOf(rooms)).toEqual([
      complaint(12, 'has a wrong link back, expected -1'),
      complaint(10, 'has a wrong link back, expected 11'),
    ]);
  });

  test('ends when a list is a circle, and finds it', () => {
    made.ground.records.words[noteOf(10) + NOTE_NEXT] = 11;
    expect(problemsOf(rooms)).toContainEqual(complaint(11, 'has a wrong link back, expected 10'));
  });
});
