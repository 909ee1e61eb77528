// Proves every clause of SPACE for each of the three address spaces, wasm in its three forms. The last test is a model:
// random commits, releases and writes against a plain array of what each page must hold.

import { type AddressSpace, clause, flawOf, PAGE_BYTES } from '@hakmem/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Case, cases, stamp, stamps } from './helpers/spaces.js';

const SEED = 20_260_811;
const RUNS = 100;
const PAGES = 24;

describe.each(cases)('$name', (space) => {
  const { make } = space;

  test('says what it is', () => {
    const made = make(PAGES);
    const { concurrency, ...rest } = made.capabilities;
    expect(made).toMatchObject({ contract: 'space', kind: space.kind });
    expect(concurrency).toBe(space.shared ? 'any' : 'owner');
    expect(made.buffer instanceof SharedArrayBuffer).toBe(space.shared);
    expect(rest).toEqual({ alignment: PAGE_BYTES, stateInBuffer: true, ...space.can });
    expect(flawOf(made.capabilities)).toBeNull();
  });

  test(clause('GENERAL-E'), () => {
    const made = make(PAGES);
    expect('release' in made).toBe(space.can.shrinks);
    expect('handle' in made).toBe(space.shared);
    const committed = made.committedPages;
    expect(made.commit(PAGES)).toBe(true);
    expect(made.committedPages > committed).toBe(space.can.grows);
  });

  test(clause('SPACE-1'), () => {
    expect(make(PAGES).firstPage).toBeGreaterThanOrEqual(1);
  });

  describe(clause('SPACE-2'), () => {
    test('every page below is there, whole and zero', () => {
      const made = make(PAGES);
      for (const pages of [4, 5, 20, PAGES]) {
        expect(made.commit(pages)).toBe(true);
        expect(made.committedPages).toBeGreaterThanOrEqual(pages);
        expect(made.bytes().length).toBeGreaterThanOrEqual(pages * PAGE_BYTES);
        expect(made.bytes().every((byte) => byte === 0)).toBe(true);
      }
    });

    test('what was written stays', () => {
      const made = make(PAGES);
      made.commit(6);
      stamp(made, 5, 77);
      made.commit(PAGES);
      expect(stamps(made, 5)).toEqual([77, 77]);
    });

    test('fewer pages than there are: true, and nothing changes', () => {
      const made = make(PAGES);
      made.commit(PAGES);
      const { buffer, committedPages } = made;
      expect(made.commit(3)).toBe(true);
      expect(made.committedPages).toBe(committedPages);
      expect(made.commit(PAGES)).toBe(true);
      expect(made.buffer).toBe(buffer);
      expect(made.committedPages).toBe(committedPages);
    });

    test('more pages than there may be: false, and nothing changes', () => {
      const made = make(PAGES);
      made.commit(8);
      stamp(made, 7, 9);
      const { buffer, committedPages, pageLimit } = made;
      expect(pageLimit).toBe(PAGES);
      expect(made.commit(PAGES + 1)).toBe(false);
      expect(made.buffer).toBe(buffer);
      expect(made.committedPages).toBe(committedPages);
      expect(stamps(made, 7)).toEqual([9, 9]);
      expect(made.commit(PAGES)).toBe(true);
    });
  });

  test(clause('SPACE-3'), () => {
    const made = make(PAGES);
    made.commit(4);
    const before = made.bytes();
    const view = new Int32Array(made.buffer, 3 * PAGE_BYTES, 4);
    view[1] = 41;
    made.commit(PAGES);
    if (view.length === 0) {
      expect(made.bytes() === before).toBe(false);
      expect(new Int32Array(made.buffer, 3 * PAGE_BYTES, 4)[1]).toBe(41);
    } else {
      view[1] = 42;
      expect(new Int32Array(made.buffer, 3 * PAGE_BYTES, 4)[1]).toBe(42);
    }
    expect(made.bytes().buffer).toBe(made.buffer);
    expect(made.bytes().length).toBe(made.buffer.byteLength);
  });

  test('bytes() is made anew only when the buffer has changed', () => {
    const made = make(PAGES);
    made.commit(PAGES);
    expect(made.bytes()).toBe(made.bytes());
  });

  test(clause('SPACE-4'), () => {
    const made = make(PAGES);
    made.commit(PAGES);
    for (let page = made.firstPage; page < PAGES; page++) stamp(made, page, page);
    for (const pages of [PAGES, 20, 11, 12]) {
      const before = made.committedPages;
      made.release?.(pages);
      expect(made.committedPages).toBeGreaterThanOrEqual(Math.min(pages, before));
      for (let page = made.firstPage; page < Math.min(pages, before); page++) {
        expect(stamps(made, page)).toEqual([page, page]);
      }
    }
  });

  describe(clause('SPACE-5'), () => {
    test('they have the sizes asked for, are zero, and can be written whole', () => {
      const made = make(PAGES);
      const { words, live } = made.control(1_000, 333);
      expect(words).toBeInstanceOf(Int32Array);
      expect(live).toBeInstanceOf(Uint8Array);
      expect([words.length, live.length]).toEqual([1_000, 333]);
      expect(words.every((word) => word === 0)).toBe(true);
      expect(live.every((byte) => byte === 0)).toBe(true);
      words.fill(-1);
      expect(live.every((byte) => byte === 0)).toBe(true);
      live.fill(1);
      expect(words.every((word) => word === -1)).toBe(true);
    });

    test('they lie in another buffer than the data, shared when the data is', () => {
      const made = make(PAGES);
      made.commit(PAGES);
      const { words, live } = made.control(64, 64);
      for (const array of [words, live]) {
        expect(array.buffer).not.toBe(made.buffer);
        expect(array.buffer instanceof SharedArrayBuffer).toBe(space.shared);
      }
      words.fill(-1);
      live.fill(1);
      expect(made.bytes().every((byte) => byte === 0)).toBe(true);
    });
  });

  test(`keeps what the model keeps (seed ${SEED}, ${RUNS} runs)`, () => {
    fc.assert(
      fc.property(fc.commands(commands(), { maxCommands: 40 }), (steps) => {
        fc.modelRun(() => setup(space), steps);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

/** What each page holds; no entry: nothing is known to be there. */
interface Model {
  readonly space: Case;
  readonly pages: Map<number, number>;
  value: number;
}

function setup(space: Case): { model: Model; real: AddressSpace } {
  const real = space.make(PAGES);
  const pages = new Map<number, number>();
  for (let page = real.firstPage; page < real.committedPages; page++) pages.set(page, 0);
  return { model: { space, pages, value: 0 }, real };
}

function agree({ pages }: Model, real: AddressSpace): void {
  for (const [page, value] of pages) expect(stamps(real, page), `page ${page}`).toEqual([value, value]);
  expect(real.committedPages).toBe(Math.max(real.committedPages, ...Array.from(pages.keys(), (page) => page + 1)));
}

class Commit implements fc.Command<Model, AddressSpace> {
  constructor(readonly upTo: number) {}
  check = (): boolean => true;
  run(model: Model, real: AddressSpace): void {
    expect(real.commit(this.upTo)).toBe(this.upTo <= PAGES);
    if (this.upTo <= PAGES) {
      for (let page = real.firstPage; page < this.upTo; page++) model.pages.set(page, model.pages.get(page) ?? 0);
    }
    agree(model, real);
  }
  toString = (): string => `commit(${this.upTo})`;
}

class Release implements fc.Command<Model, AddressSpace> {
  constructor(readonly from: number) {}
  check = (): boolean => true;
  run(model: Model, real: AddressSpace): void {
    real.release?.(this.from);
    for (const page of model.pages.keys()) if (page >= this.from && model.space.can.shrinks) model.pages.delete(page);
    if (model.space.can.shrinks) expect(real.committedPages).toBeLessThanOrEqual(this.from);
    agree(model, real);
  }
  toString = (): string => `release(${this.from})`;
}

class Write implements fc.Command<Model, AddressSpace> {
  constructor(readonly page: number) {}
  check = ({ pages }: Readonly<Model>): boolean => pages.has(this.page);
  run(model: Model, real: AddressSpace): void {
    model.value = (model.value % 255) + 1;
    stamp(real, this.page, model.value);
    model.pages.set(this.page, model.value);
    agree(model, real);
  }
  toString = (): string => `write(${this.page})`;
}

function commands(): fc.Arbitrary<fc.Command<Model, AddressSpace>>[] {
  return [
    fc.integer({ min: 1, max: PAGES + 2 }).map((pages) => new Commit(pages)),
    fc.integer({ min: 1, max: PAGES }).map((pages) => new Release(pages)),
    fc.integer({ min: 1, max: PAGES - 1 }).map((page) => new Write(page)),
  ];
}
