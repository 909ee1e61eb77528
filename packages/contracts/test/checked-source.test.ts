// Proves the checks at run time: CheckedSource throws for each clause of SOURCE that it watches when a planted link breaks it,
// passes on every call of one that keeps them, and changes nothing; checked() puts the checks of its contract around what a
// recipe builds, and refuses what is neither a recipe nor an address space.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Capabilities,
  CheckedSource,
  CheckedWarm,
  CLAUSES,
  type ClauseId,
  CompositionError,
  ContractViolation,
  checked,
  clause,
  NOTE_ROOM,
  noteOf,
  PageKind,
  pageWord,
  type RecipeOf,
  SlotState,
  SPAN_BLOCKS,
  standaloneGround,
  type WarmPool,
} from '../src/index.js';
import { FakeSource, makeSlab, OWNER } from './helpers/fakes.js';

const CLASS = 5;
const HEAD = 40;

let { records } = standaloneGround(64, 0);
let inner = new FakeSource();
let source = new CheckedSource(records, inner, 'planted');

beforeEach(() => {
  records = standaloneGround(64, 0).records;
  inner = new FakeSource();
  source = new CheckedSource(records, inner, 'planted');
});

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

for (const verb of ['acquire', 'spare'] as const) {
  describe(verb, () => {
    const call = `${verb}(${CLASS})`;

    test('passes on a slab of the class with room that nobody holds', () => {
      inner.next = makeSlab(records, HEAD, CLASS, 1);
      inner.holds.push([CLASS, HEAD + 1]);
      expect(source[verb](CLASS)).toBe(HEAD);
      expect(inner.calls).toEqual([[verb, CLASS]]);
    });

    test('passes on 0', () => {
      expect(source[verb](CLASS)).toBe(0);
    });

    test(`${clause('SOURCE-1')} (a slab without room)`, () => {
      inner.next = makeSlab(records, HEAD, CLASS, 0);
      breaks('SOURCE-1', call, { head: HEAD, room: 0, held: 0 }, () => source[verb](CLASS));
    });

    test(`${clause('SOURCE-1')} (a slab of another class)`, () => {
      inner.next = makeSlab(records, HEAD, CLASS + 1);
      breaks('SOURCE-1', call, { head: HEAD, word: records.words[HEAD] }, () => source[verb](CLASS));
    });

    test(`${clause('SOURCE-1')} (a page that is not ACTIVE)`, () => {
      inner.next = makeSlab(records, HEAD, CLASS);
      records.words[HEAD] = pageWord(SlotState.EMPTY, PageKind.TINY, OWNER, CLASS);
      breaks('SOURCE-1', call, { word: records.words[HEAD] }, () => source[verb](CLASS));
    });

    test(`${clause('SOURCE-1')} (a slab that a link still holds)`, () => {
      inner.next = makeSlab(records, HEAD, CLASS);
      inner.holds.push([CLASS, HEAD]);
      breaks('SOURCE-1', call, { head: HEAD, held: 1 }, () => source[verb](CLASS));
    });
  });
}

describe('offer', () => {
  const call = `offer(${CLASS}, ${HEAD})`;
  const offer = (): void => source.offer(CLASS, HEAD);

  test('passes on a slab with room', () => {
    makeSlab(records, HEAD, CLASS, 1);
    offer();
    expect(inner.calls).toEqual([['offer', CLASS, HEAD]]);
    expect(inner.holds).toEqual([[CLASS, HEAD]]);
  });

  describe(`${clause('SOURCE-5')} (offers that the inner link never sees)`, () => {
    test('without room', () => {
      makeSlab(records, HEAD, CLASS, 0);
      breaks('SOURCE-5', call, { room: 0, times: 0 }, offer);
      expect(inner.calls).toEqual([]);
    });

    test('of another class', () => {
      makeSlab(records, HEAD, CLASS + 1);
      breaks('SOURCE-5', call, {}, offer);
      expect(inner.calls).toEqual([]);
    });

    test('of a page that is no slab', () => {
      makeSlab(records, HEAD, CLASS);
      records.words[HEAD] = 0;
      breaks('SOURCE-5', call, {}, offer);
      expect(inner.calls).toEqual([]);
    });

    test('of a slab that is held', () => {
      makeSlab(records, HEAD, CLASS);
      inner.holds.push([CLASS, HEAD]);
      breaks('SOURCE-5', call, { times: 1 }, offer);
      expect(inner.calls).toEqual([]);
    });
  });

  test(`${clause('SOURCE-6')} (a link that forgets the slab)`, () => {
    makeSlab(records, HEAD, CLASS);
    inner.wrong = true;
    breaks('SOURCE-6', call, { held: 0 }, offer);
  });

  test(`${clause('SOURCE-6')} (a link that keeps it twice)`, () => {
    makeSlab(records, HEAD, CLASS);
    inner.offer = () => {
      inner.holds = [
        [CLASS, HEAD],
        [CLASS, HEAD],
      ];
    };
    breaks('SOURCE-6', call, { held: 2 }, offer);
  });
});

describe('retire', () => {
  const call = `retire(${CLASS}, ${HEAD})`;
  const retire = (): void => source.retire(CLASS, HEAD);

  test.each([true, false])('passes on a slab that is all room, held by a link: %o', (held) => {
    makeSlab(records, HEAD, CLASS);
    if (held) inner.holds.push([CLASS, HEAD]);
    inner.holds.push([CLASS, HEAD + 1]);
    retire();
    expect(inner.calls).toEqual([['retire', CLASS, HEAD]]);
    expect(inner.holds).toEqual([[CLASS, HEAD + 1]]);
  });

  test(`${clause('SOURCE-5')} (a retirement with blocks in use, which the inner link never sees)`, () => {
    makeSlab(records, HEAD, CLASS, SPAN_BLOCKS[CLASS] - 1);
    breaks('SOURCE-5', call, { room: SPAN_BLOCKS[CLASS] - 1 }, retire);
    expect(inner.calls).toEqual([]);
  });

  test(`${clause('SOURCE-5')} (a slab of another class, with as much room)`, () => {
    makeSlab(records, HEAD, CLASS + 1, SPAN_BLOCKS[CLASS]);
    breaks('SOURCE-5', call, {}, retire);
    expect(inner.calls).toEqual([]);
  });

  test(`${clause('SOURCE-4')} (a link that keeps the slab)`, () => {
    makeSlab(records, HEAD, CLASS);
    inner.holds.push([CLASS, HEAD]);
    inner.wrong = true;
    breaks('SOURCE-4', call, { held: 1 }, retire);
  });
});

describe('held', () => {
  const visit = (): void => source.held(() => {});

  test('passes on each slab and its class', () => {
    inner.holds = [
      [CLASS, makeSlab(records, 9, CLASS)],
      [CLASS + 1, makeSlab(records, 11, CLASS + 1)],
    ];
    const seen: number[][] = [];
    source.held((sizeClass, head) => seen.push([sizeClass, head]));
    expect(seen).toEqual(inner.holds);
  });

  test(`${clause('SOURCE-6')} (a slab visited twice)`, () => {
    makeSlab(records, HEAD, CLASS);
    inner.holds.push([CLASS, HEAD], [CLASS, HEAD]);
    breaks('SOURCE-6', 'held', { head: HEAD }, visit);
  });

  test(`${clause('SOURCE-6')} (a slab visited with the class of another)`, () => {
    inner.holds.push([CLASS + 1, makeSlab(records, HEAD, CLASS)]);
    breaks('SOURCE-6', 'held', { head: HEAD, sizeClass: CLASS + 1 }, visit);
  });
});

test('passes on verify', () => {
  const problems: string[] = [];
  source.verify(({ message }) => problems.push(message));
  expect(problems).toEqual(['asked']);
});

test('changes no record', () => {
  inner.next = makeSlab(records, HEAD, CLASS);
  const before = records.words.slice();
  source.acquire(CLASS);
  source.offer(CLASS, HEAD);
  source.held(() => {});
  source.retire(CLASS, HEAD);
  expect(records.words).toEqual(before);
  expect(records.words[noteOf(HEAD) + NOTE_ROOM]).toBe(SPAN_BLOCKS[CLASS]);
});

test('refuses an inner link that lacks a verb', () => {
  const lacking = { acquire: () => 0, spare: () => 0, offer() {}, held() {}, verify() {} };
  expect(() => new CheckedSource(records, lacking as unknown as FakeSource)).toThrow(
    'CheckedSource wants retire() of its inner, and Object does not have it',
  );
  expect(() => new CheckedWarm(records, new FakeSource() as unknown as WarmPool)).toThrow(
    'CheckedWarm wants stats() of its inner, and FakeSource does not have it',
  );
});

describe('checked()', () => {
  const CAPABILITIES: Capabilities<'owner', true> = {
    alignment: 65_536,
    concurrency: 'owner',
    grows: false,
    shrinks: false,
    zeroed: false,
    retries: false,
    stateInBuffer: true,
  };
  const STATS = { hits: 1, misses: 2, prefills: 3, stale: 4, hitRate: 1 / 3 };

  const warm: RecipeOf<'warm'> = {
    box: 'planted',
    contract: 'warm',
    capabilities: CAPABILITIES,
    words: (pageLimit) => 2 * pageLimit,
    build: () => Object.assign(inner, { stats: () => STATS }),
  };
  const link: RecipeOf<'source'> = { ...warm, contract: 'source', build: () => inner };

  test('of a recipe has its name, contract, capabilities and words', () => {
    expect(checked(warm)).toMatchObject({ box: 'planted', contract: 'warm', capabilities: CAPABILITIES });
    expect(checked(warm).words(21)).toBe(42);
  });

  test('builds what the recipe builds, given the same, behind the checks of its contract', () => {
    const scope = standaloneGround(64, 8).scope(8);
    const given: unknown[] = [];
    const parent = new FakeSource();
    const recipe: RecipeOf<'warm'> = {
      ...warm,
      build(...args) {
        given.push(...args);
        return warm.build(...args);
      },
    };
    const pool = checked(recipe).build(scope, parent);
    expect(given[0]).toBe(scope);
    expect(given[1]).toBe(parent);
    expect(pool).toBeInstanceOf(CheckedWarm);
    expect(pool.stats()).toEqual(STATS);
    inner.next = makeSlab(scope.records, HEAD, CLASS, 0);
    breaks('SOURCE-1', `acquire(${CLASS})`, { room: 0 }, () => pool.acquire(CLASS));
    expect(checked(link).build(scope, parent)).toBeInstanceOf(CheckedSource);
    expect(checked(link).build(scope, parent)).not.toBeInstanceOf(CheckedWarm);
  });

  test.each([undefined, null, 7, {}, { contract: 'warm' }])('refuses %o, which names no capabilities', (value) => {
    const call = (): unknown => checked(value as never);
    expect(call).toThrow(CompositionError);
    expect(call).toThrow('checked was given what names no capabilities: expected an address space or a recipe');
  });

  test('refuses what has a capability that is none', () => {
    const call = (): unknown => checked({ ...warm, capabilities: { ...CAPABILITIES, alignment: 8 } });
    expect(call).toThrow(CompositionError);
    expect(call).toThrow(/^checked was given what has the capability alignment: 8; expected a power of two/);
  });

  test.each(['heap', 'word', undefined])('refuses a recipe of the contract %o', (contract) => {
    const call = (): unknown => checked({ ...warm, contract } as never);
    expect(call).toThrow(CompositionError);
    expect(call).toThrow(`planted keeps the contract ${contract}; expected one of registry, pool, source, warm`);
  });
});
