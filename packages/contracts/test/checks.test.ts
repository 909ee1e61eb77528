// Proves the checks at run time: requireMethods names who wants what of which, and CheckedSource throws for each clause of
// SOURCE that it watches when a planted link breaks it, passes on every call of one that keeps them, and changes nothing.

import { beforeEach, describe, expect, test } from 'vitest';
import {
  CheckedSource,
  CLAUSES,
  type ClauseId,
  CompositionError,
  ContractError,
  clause,
  NOTE_ROOM,
  noteOf,
  PageKind,
  pageWord,
  requireMethods,
  SlotState,
  SPAN_BLOCKS,
  standaloneGround,
} from '../src/index.js';
import { FakeSource, makeSlab, OWNER } from './helpers/fakes.js';

describe('requireMethods', () => {
  class Half {
    take(): void {}
    readonly give = 1;
  }

  test('accepts own and inherited methods', () => {
    expect(() => requireMethods('front', 'cache', new Half(), ['take'])).not.toThrow();
    expect(() => requireMethods('front', 'cache', { take: () => 0 }, ['take'])).not.toThrow();
    expect(() => requireMethods('front', 'cache', null, [])).not.toThrow();
  });

  test.each([
    [new Half(), 'front wants give() of its cache, and Half does not have it'],
    [{}, 'front wants take() of its cache, and Object does not have it'],
    [Object.create(null), 'front wants take() of its cache, and object does not have it'],
    [null, 'front wants take() of its cache, and null does not have it'],
    [undefined, 'front wants take() of its cache, and undefined does not have it'],
    [7, 'front wants take() of its cache, and Number does not have it'],
  ])('says which box wants what of which (%#)', (box, message) => {
    const call = (): void => requireMethods('front', 'cache', box, ['take', 'give']);
    expect(call).toThrow(CompositionError);
    expect(call).toThrow(message);
  });
});

describe('CheckedSource', () => {
  const CLASS = 5;
  const HEAD = 40;
  let records = standaloneGround(64, 0).records;
  let inner = new FakeSource();
  let checked = new CheckedSource(records, inner);

  beforeEach(() => {
    records = standaloneGround(64, 0).records;
    inner = new FakeSource();
    checked = new CheckedSource(records, inner);
  });

  /** Runs `call` and expects it to break the clause; the message must quote it and say what was seen. */
  function breaks(id: ClauseId, seen: RegExp, call: () => void): void {
    let error: unknown;
    try {
      call();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ContractError);
    expect(error).toMatchObject({ clause: id });
    expect((error as Error).message).toContain(`${id} broken: ${CLAUSES[id]}`);
    expect((error as Error).message).toMatch(seen);
  }

  for (const verb of ['acquire', 'spare'] as const) {
    describe(verb, () => {
      test('passes on a slab of the class with room that nobody holds', () => {
        inner.next = makeSlab(records, HEAD, CLASS, 1);
        expect(checked[verb](CLASS)).toBe(HEAD);
        expect(inner.calls).toEqual([[verb, CLASS]]);
      });

      test('passes on 0', () => {
        expect(checked[verb](CLASS)).toBe(0);
      });

      test(`${clause('SOURCE-1')} (a slab without room)`, () => {
        inner.next = makeSlab(records, HEAD, CLASS, 0);
        breaks('SOURCE-1', /slab 40 of class 5/, () => checked[verb](CLASS));
      });

      test(`${clause('SOURCE-1')} (a slab of another class)`, () => {
        inner.next = makeSlab(records, HEAD, CLASS + 1);
        breaks('SOURCE-1', /slab 40 of class 5/, () => checked[verb](CLASS));
      });

      test(`${clause('SOURCE-1')} (a page that is not ACTIVE)`, () => {
        inner.next = makeSlab(records, HEAD, CLASS);
        records.words[HEAD] = pageWord(SlotState.EMPTY, PageKind.TINY, OWNER, CLASS);
        breaks('SOURCE-1', new RegExp(`came with word ${records.words[HEAD]}`), () => checked[verb](CLASS));
      });

      test(`${clause('SOURCE-1')} (a slab that a link still holds)`, () => {
        inner.next = makeSlab(records, HEAD, CLASS);
        inner.holds.add(HEAD);
        breaks('SOURCE-1', /slab 40 is still held/, () => checked[verb](CLASS));
      });
    });
  }

  describe('offer', () => {
    test('passes on a slab with room', () => {
      checked.offer(CLASS, makeSlab(records, HEAD, CLASS, 1));
      expect(inner.calls).toEqual([['offer', CLASS, HEAD]]);
    });

    test(`${clause('SOURCE-1')} (an offer without room, which the inner link never sees)`, () => {
      makeSlab(records, HEAD, CLASS, 0);
      breaks('SOURCE-1', /slab 40 was offered without room/, () => checked.offer(CLASS, HEAD));
      expect(inner.calls).toEqual([]);
    });
  });

  describe('retire', () => {
    test('passes on a slab that is all room', () => {
      checked.retire(CLASS, makeSlab(records, HEAD, CLASS));
      expect(inner.calls).toEqual([['retire', CLASS, HEAD]]);
    });

    test(`${clause('SOURCE-4')} (a retirement with blocks in use, which the inner link never sees)`, () => {
      makeSlab(records, HEAD, CLASS, SPAN_BLOCKS[CLASS] - 1);
      breaks('SOURCE-4', new RegExp(`retired with ${SPAN_BLOCKS[CLASS] - 1} blocks`), () =>
        checked.retire(CLASS, HEAD),
      );
      expect(inner.calls).toEqual([]);
    });

    test(`${clause('SOURCE-4')} (a link that keeps the slab)`, () => {
      makeSlab(records, HEAD, CLASS);
      inner.holds.add(HEAD);
      breaks('SOURCE-4', /slab 40 is held after its retirement/, () => checked.retire(CLASS, HEAD));
    });

    test('does not mind other slabs that are held', () => {
      makeSlab(records, HEAD, CLASS);
      inner.holds.add(HEAD + 1);
      expect(() => checked.retire(CLASS, HEAD)).not.toThrow();
    });
  });

  test('passes on held and verify', () => {
    inner.holds.add(9).add(11);
    const seen: number[] = [];
    checked.held((_, head) => seen.push(head));
    expect(seen).toEqual([9, 11]);
    const problems: string[] = [];
    checked.verify(({ message }) => problems.push(message));
    expect(problems).toEqual(['asked']);
  });

  test('changes no record', () => {
    inner.next = makeSlab(records, HEAD, CLASS);
    const before = records.words.slice();
    checked.acquire(CLASS);
    checked.offer(CLASS, HEAD);
    checked.retire(CLASS, HEAD);
    expect(records.words).toEqual(before);
    expect(records.words[noteOf(HEAD) + NOTE_ROOM]).toBe(SPAN_BLOCKS[CLASS]);
  });

  test('refuses an inner link that lacks a verb', () => {
    const lacking = { ...inner, acquire: () => 0, spare: () => 0, offer() {}, held() {}, verify() {} };
    expect(() => new CheckedSource(records, lacking as unknown as FakeSource)).toThrow(
      'CheckedSource wants retire() of its inner, and Object does not have it',
    );
  });
});
