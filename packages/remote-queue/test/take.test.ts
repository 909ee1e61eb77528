/** News: which slabs a take visits, what it clears and when, and the turn of the classes. */

import { CLASS_COUNT, clause, PAGE_BYTES, PageKind, pageWord, SlotState, SPAN_PAGES } from '@hakmem/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MID_SINGLE, MID_SMALLEST, MID_SPAN, SMALLEST, TINY_256, TINY_1024, TINY_TAIL, World } from './set-up.js';

const OWNER = 1;
const OTHER = 2;

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => {
  expect(world.guarded()).toBe(true);
});

/** Has a block of a new slab freed by the other thread. */
function tell(head: number, sizeClass: number): void {
  const [address] = world.makeSlab(head, sizeClass, OWNER, 1);
  expect(world.queue(OTHER).free(address)).toBe(true);
}

describe('take', () => {
  test('visits each slab once, in order of address, and then there is nothing more', () => {
    const heads = [1, 30, 31, 32, 33, 62, 63, 64, 95, 96, 127];
    for (const head of heads.toReversed()) tell(head, TINY_256);
    expect(world.marks(OWNER)).toEqual(heads);
    expect(world.take(OWNER, TINY_256)).toEqual(heads);
    expect(world.news()).toEqual({});
    expect(world.take(OWNER, TINY_256)).toEqual([]);
    expect(world.queue(OWNER).stats()).toEqual({ told: 0, taken: heads.length });
    expect(heads.some((head) => world.queue(OTHER).isTold(head))).toBe(false);
  });

  test('without news changes nothing and makes no atomic operation', () => {
    tell(4, TINY_TAIL);
    world.atomics.made.length = 0;
    const before = world.words.slice();
    for (let c = 0; c < CLASS_COUNT; c++) if (c !== TINY_TAIL) expect(world.take(OWNER, c)).toEqual([]);
    expect(world.take(OTHER, TINY_TAIL)).toEqual([]);
    expect(world.atomics.made).toEqual([]);
    expect(world.words).toEqual(before);
  });

  test('of one class leaves the bits of all others, in the same words and in others', () => {
    const classes = [SMALLEST, TINY_256, TINY_1024, MID_SMALLEST, MID_SPAN, MID_SINGLE];
    const heads = new Map<number, number[]>(classes.map((sizeClass) => [sizeClass, []]));
    let head = 1;
    for (const sizeClass of [...classes, ...classes, ...classes]) {
      tell(head, sizeClass);
      heads.get(sizeClass)!.push(head);
      head += SPAN_PAGES[sizeClass];
    }
    for (const [i, sizeClass] of classes.entries()) {
      expect(world.classes(OWNER)).toEqual(classes.slice(i));
      expect(world.take(OWNER, sizeClass)).toEqual(heads.get(sizeClass));
      const rest = classes.slice(i + 1).flatMap((c) => heads.get(c)!);
      expect(world.marks(OWNER)).toEqual(rest.sort((a, b) => a - b));
    }
    expect(world.news()).toEqual({});
  });

  test('leaves the news of other threads alone', () => {
    tell(4, TINY_256);
    const [theirs] = world.makeSlab(5, TINY_256, 3, 1);
    world.queue(OTHER).free(theirs);
    expect(world.take(OWNER, TINY_256)).toEqual([4]);
    expect(world.news()).toEqual({ 3: { classes: [TINY_256], marks: [5] } });
  });

  test(`${clause('REMOTE-3')} A free inside the visit marks it again, for the next take`, () => {
    const [a, b, c] = world.makeSlab(40, TINY_256, OWNER, 3);
    world.queue(OTHER).free(a);
    const seen: boolean[] = [];
    const visited = world.queue(OWNER).take(TINY_256, (head) => {
      seen.push(world.queue(OWNER).isTold(head), world.queue(OWNER).hasNews(TINY_256));
      expect(world.queue(OTHER).free(b)).toBe(true);
      expect(world.queue(3).free(c)).toBe(true);
      seen.push(world.queue(OWNER).isTold(head), world.queue(OWNER).hasNews(TINY_256));
    });
    expect(visited).toBe(1);
    expect(seen).toEqual([false, false, true, true]);
    expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_256], marks: [40] } });
    expect([2, 3].map((thread) => world.queue(thread).stats().told)).toEqual([2, 0]);
    expect(world.take(OWNER, TINY_256)).toEqual([40]);
    expect(world.news()).toEqual({});
  });

  test('a free inside the visit of another slab of the class is seen by this take or by the next', () => {
    for (const [told, freed] of [
      [40, 33], // behind: the next
      [40, 47], // ahead, in the same word of bits
      [40, 90], // ahead, in another
    ]) {
      world = new World();
      tell(told, TINY_256);
      const [address] = world.makeSlab(freed, TINY_256, OWNER, 1);
      const seen: number[] = [];
      world.queue(OWNER).take(TINY_256, (head) => {
        if (seen.push(head) === 1) world.queue(OTHER).free(address);
      });
      seen.push(...world.take(OWNER, TINY_256));
      expect(seen).toEqual([told, freed]);
      expect(world.take(OWNER, TINY_256)).toEqual([]);
      expect(world.marks(OWNER)).toEqual([]);
    }
  });

  test(`${clause('REMOTE-3')} A free between any two steps is seen by this take or by the next`, () => {
    for (let step = 0; ; step++) {
      world = new World();
      tell(40, TINY_256);
      const [same] = [world.block(40, TINY_256, 7)];
      world.live[same >>> 4] = 1;
      const [other] = world.makeSlab(33, TINY_256, OWNER, 1);
      const free = new Set<number>(); // blocks that the owner has seen
      const look = (head: number): void => {
        for (const address of [same, other]) {
          if (address >>> 16 === head && !world.isLive(address)) free.add(address);
        }
      };
      let made = -1; // the operations of the take itself are counted, not those of the frees
      world.atomics.after(
        () => ++made === step,
        () => {
          expect(world.queue(OTHER).free(same)).toBe(true);
          expect(world.queue(3).free(other)).toBe(true);
        },
      );
      world.queue(OWNER).take(TINY_256, look);
      if (!world.atomics.quiet) {
        expect(step).toBeGreaterThan(2);
        break;
      }
      world.queue(OWNER).take(TINY_256, look);
      expect([step, [...free].sort((a, b) => a - b)]).toEqual([step, [other, same]]);
      world.queue(OWNER).take(TINY_256, look);
      expect([step, world.news()]).toEqual([step, {}]);
    }
  });
});

describe(`${clause('REMOTE-4')} They`, () => {
  const { UNUSED, EMPTY, ACTIVE, RESERVED } = SlotState;
  const { NONE, TINY, LARGE } = PageKind;
  const words = {
    'is unused now': pageWord(UNUSED, NONE, 0, 0),
    'is empty now': pageWord(EMPTY, NONE, 0, TINY_256),
    'is in doubt now': pageWord(ACTIVE, NONE, OWNER, 0),
    'is a large block now': pageWord(ACTIVE, LARGE, 0, 0),
    'is reserved now': pageWord(RESERVED, NONE, 0, 0),
    'is nobody’s now': pageWord(ACTIVE, TINY, 0, TINY_256),
    'is another thread’s now': pageWord(ACTIVE, TINY, 3, TINY_256),
  };

  test.each(Object.entries(words))('are cleared, and the slab not visited, when it %s', (_, word) => {
    tell(40, TINY_256);
    tell(41, TINY_256);
    const mine = world.words[40];
    world.words[40] = word;
    expect(world.take(OWNER, TINY_256)).toEqual([41]);
    expect(world.news()).toEqual({});
    expect(world.queue(OWNER).stats().taken).toBe(1);
    world.words[40] = mine;
    expect(world.queue(OWNER).isTold(40)).toBe(false);
    expect(world.take(OWNER, TINY_256)).toEqual([]);
  });

  test('are cleared when the page is an inner one of a span now, of the same thread', () => {
    tell(42, TINY_256);
    world.retire(42, TINY_256);
    world.makeSlab(41, MID_SPAN, OWNER, 1);
    expect(world.take(OWNER, TINY_256)).toEqual([]);
    expect(world.news()).toEqual({});
    tell(50, MID_SPAN);
    expect(world.take(OWNER, MID_SPAN)).toEqual([50]);
  });

  test('cost a look, once, when the slab is of another class now: with the news of that class', () => {
    tell(42, TINY_256);
    world.makeSlab(42, TINY_TAIL, OWNER, 2);
    expect(world.take(OWNER, TINY_256)).toEqual([]);
    expect(world.marks(OWNER)).toEqual([42]);
    world.queue(OTHER).free(world.block(42, TINY_TAIL, 1));
    expect(world.take(OWNER, TINY_TAIL)).toEqual([42]);
    expect(world.news()).toEqual({});
  });
});

describe('groups of pages', () => {
  test.each([
    [128, [31, 32, 63, 64, 127], [0, 1, 1, 2, 3]],
    [1_024, [31, 32, 1_023], [0, 1, 31]],
    [1_025, [1, 63, 64, 1_024], [0, 0, 1, 16]],
    [4_096, [127, 128, 4_095], [0, 1, 31]],
    [33_000, [1, 32_767, 32_999], [0, 15, 16]], // the last group ends behind the heap, and the region before it does
    [65_536, [2_047, 2_048, 65_535], [0, 1, 31]],
  ])(
    'of a heap of %i pages: a free marks the group of its slab, in the word of its class',
    (pageLimit, heads, groups) => {
      world = new World({ pageLimit, threads: 2 });
      for (const [i, head] of heads.entries()) {
        tell(head, TINY_256);
        expect(world.groups(OWNER, TINY_256)).toEqual([...new Set(groups.slice(0, i + 1))]);
      }
      expect(world.classes(OWNER)).toEqual([TINY_256]);
      expect(world.take(OWNER, TINY_256)).toEqual(heads);
      expect(world.groups(OWNER, TINY_256)).toEqual([]);
    },
  );

  test('of a span that reaches into the next group: that of its first page', () => {
    const blocks = world.makeSlab(62, MID_SPAN, OWNER, 19);
    expect(blocks.at(-1)! >>> 16).toBe(64);
    world.queue(OTHER).free(blocks.at(-1)!);
    expect(world.groups(OWNER, MID_SPAN)).toEqual([1]);
    expect(world.take(OWNER, MID_SPAN)).toEqual([62]);
  });

  test('a take looks at those with news of its class alone: bits elsewhere stay, of other classes and of slabs that are gone', () => {
    for (const [head, sizeClass] of [
      [5, TINY_256],
      [40, TINY_TAIL],
      [41, TINY_256],
      [70, TINY_TAIL],
      [100, TINY_1024],
    ])
      tell(head, sizeClass);
    world.retire(70, TINY_TAIL);
    expect(world.take(OWNER, TINY_256)).toEqual([5, 41]);
    expect(world.marks(OWNER)).toEqual([40, 70, 100]);
    expect(world.groups(OWNER, TINY_TAIL)).toEqual([1, 2]);
    expect(world.take(OWNER, TINY_TAIL)).toEqual([40]);
    expect(world.news()).toEqual({ [OWNER]: { classes: [TINY_1024], marks: [100] } });
  });

  test('one exchange takes the news of a class, and two operations each slab', () => {
    for (const head of [5, 6, 40, 127]) tell(head, TINY_256);
    tell(7, TINY_TAIL);
    world.atomics.made.length = 0;
    expect(world.take(OWNER, TINY_256)).toEqual([5, 6, 40, 127]);
    const ops = world.atomics.made.map(({ op }) => op);
    expect(ops).toEqual(['exchange', ...Array(4).fill(['and', 'load']).flat()]);
  });

  test('news that come while a class is taken are in its word again, for the next take', () => {
    for (const head of [5, 40]) tell(head, TINY_256);
    const [again] = world.makeSlab(41, TINY_256, OWNER, 1);
    const seen: number[][] = [];
    world.queue(OWNER).take(TINY_256, (head) => {
      if (head === 40) world.queue(OTHER).free(again);
      seen.push([head, ...world.groups(OWNER, TINY_256)]);
    });
    // The bits of its word were read before 41 was marked.
    expect(seen).toEqual([[5], [40, 1]]);
    world.take(OWNER, TINY_256);
    expect(world.news()).toEqual({});
  });
});

describe('nextClass', () => {
  test('goes round over the classes with news, and ends', () => {
    expect(world.queue(OWNER).nextClass()).toBe(-1);
    for (const [head, sizeClass] of [
      [1, SMALLEST],
      [2, TINY_256],
      [3, TINY_1024],
      [4, MID_SMALLEST],
      [5, MID_SINGLE],
    ]) {
      tell(head, sizeClass);
    }
    const turn = Array.from({ length: 7 }, () => world.queue(OWNER).nextClass());
    expect(turn).toEqual([TINY_256, TINY_1024, MID_SMALLEST, MID_SINGLE, SMALLEST, TINY_256, TINY_1024]);
    for (const sizeClass of [MID_SMALLEST, SMALLEST]) world.take(OWNER, sizeClass);
    expect(Array.from({ length: 4 }, () => world.queue(OWNER).nextClass())).toEqual([
      MID_SINGLE,
      TINY_256,
      TINY_1024,
      MID_SINGLE,
    ]);
    for (const sizeClass of [TINY_256, TINY_1024, MID_SINGLE]) world.take(OWNER, sizeClass);
    expect([world.queue(OWNER).nextClass(), world.queue(OWNER).nextClass()]).toEqual([-1, -1]);
  });

  test('a search in vain leaves the turn where it was', () => {
    tell(1, TINY_256);
    expect(world.queue(OWNER).nextClass()).toBe(TINY_256);
    world.take(OWNER, TINY_256);
    expect(world.queue(OWNER).nextClass()).toBe(-1);
    tell(2, TINY_256 + 1);
    tell(3, TINY_256 + 2);
    expect(world.queue(OWNER).nextClass()).toBe(TINY_256 + 1);
  });

  test('with one class, is that class each time; other threads have turns of their own', () => {
    tell(1, MID_SPAN);
    const [theirs] = world.makeSlab(6, TINY_TAIL, 3, 1);
    world.queue(OTHER).free(theirs);
    for (let i = 0; i < 3; i++) {
      expect([1, 2, 3].map((thread) => world.queue(thread).nextClass())).toEqual([MID_SPAN, -1, TINY_TAIL]);
    }
  });

  test('every class comes, and the turn goes on in another object on the same region', () => {
    for (let c = 0; c < CLASS_COUNT; c++) {
      const word = pageWord(SlotState.ACTIVE, c < 32 ? PageKind.TINY : PageKind.MID, OWNER, c);
      world.makeSlab(1, c, OWNER, 1);
      world.words[1] = word;
      world.queue(OTHER).free(PAGE_BYTES);
    }
    expect(world.classes(OWNER)).toHaveLength(CLASS_COUNT);
    const first = Array.from({ length: 40 }, () => world.queue(OWNER).nextClass());
    const again = world.build(OWNER, false);
    const rest = Array.from({ length: CLASS_COUNT - 40 }, () => again.nextClass());
    expect(new Set([...first, ...rest]).size).toBe(CLASS_COUNT);
  });
});

test('a heap of 65,536 pages: the first and the last bit, at the end of the region', () => {
  world = new World({ pageLimit: 65_536, threads: 2 });
  const heads = [1, 32_767, 32_768, 65_503, 65_504, 65_535];
  for (const head of heads) tell(head, TINY_1024);
  const last = 65_535 * PAGE_BYTES + 63 * 1_024;
  world.live[last / 16] = 1;
  expect(world.queue(OTHER).free(last)).toBe(true);
  expect(world.isLive(last)).toBe(false);
  expect(world.queue(OTHER).isTold(65_535)).toBe(true);
  expect(world.marks(OWNER)).toEqual(heads);
  expect(world.take(OWNER, TINY_1024)).toEqual(heads);
  expect(world.news()).toEqual({});
});
