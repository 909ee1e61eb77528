// Proves the checks of address spaces: each throws, with box, clause, call and values, when a planted space breaks its clause;
// a right one passes, is what it was, and lacks what it lacked.

import { describe, expect, test } from 'vitest';
import {
  type AddressSpace,
  type ClauseId,
  ContractViolation,
  type ControlArrays,
  checked,
  clause,
  PAGE_BYTES,
  type SpaceHandle,
} from '../src/index.js';

const LIMIT = 8;

/** A right space whose methods a test replaces; `threads`: for any thread, with a handle; else for one, and it shrinks. */
class Planted implements AddressSpace {
  readonly contract = 'space';
  readonly capabilities: AddressSpace['capabilities'];
  readonly kind = 'local';
  firstPage = 1;
  readonly pageLimit = LIMIT;
  readonly buffer = new ArrayBuffer(0, { maxByteLength: LIMIT * PAGE_BYTES });
  readonly release?: (pages: number) => void;
  readonly handle?: () => SpaceHandle;
  readonly #bytes = new Uint8Array(this.buffer);

  constructor(threads = false) {
    const common = { alignment: PAGE_BYTES, grows: true, zeroed: true, retries: false, stateInBuffer: true };
    this.capabilities = { ...common, concurrency: threads ? 'any' : 'owner', shrinks: !threads };
    if (threads) this.handle = () => ({ kind: 'planted', firstPage: 1, pageLimit: LIMIT });
    else this.release = (pages) => this.resize(Math.min(pages, this.committedPages));
  }

  get committedPages(): number {
    return this.buffer.byteLength / PAGE_BYTES;
  }

  bytes(_end?: number): Uint8Array {
    return this.#bytes;
  }

  commit(pages: number): boolean {
    if (pages > LIMIT) return false;
    if (pages > this.committedPages) this.resize(pages);
    return true;
  }

  control(words: number, liveBytes: number): ControlArrays {
    return { words: new Int32Array(words), live: new Uint8Array(liveBytes) };
  }

  resize(pages: number): void {
    this.buffer.resize(pages * PAGE_BYTES);
  }
}

/** Runs `act` over a planted space and expects it to break the clause in the call, with the values seen. */
function breaks(
  id: ClauseId,
  call: string,
  values: object,
  plant: (space: Planted) => unknown,
  act: (space: AddressSpace) => unknown,
  space = new Planted(),
): void {
  let error: unknown;
  try {
    plant(space);
    act(checked<AddressSpace>(space));
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ContractViolation);
  expect(error).toMatchObject({ box: 'local memory', clause: id, call, values });
}

const set = (property: string, value: unknown) => (space: Planted) => Object.defineProperty(space, property, { value });

describe('a right space', () => {
  test.each([false, true])('passes, for threads: %o', (threads) => {
    const inner = new Planted(threads);
    const space = checked<AddressSpace>(inner);
    expect([space.commit(3), space.commit(2), space.commit(LIMIT + 1), space.commit(LIMIT)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(space.bytes(PAGE_BYTES)).toBe(inner.bytes());
    expect(space.bytes()).toBe(space.bytes());
    expect([space.buffer, space.committedPages]).toEqual([inner.buffer, LIMIT]);
    expect(space.control(5, 7).live.length).toBe(7);
    space.release?.(2);
    expect(space.committedPages).toBe(threads ? LIMIT : 2);
    expect(space.handle?.()).toEqual(inner.handle?.());
  });

  test(`${clause('GENERAL-E')} (what is absent inside is absent)`, () => {
    const alone = checked<AddressSpace>(new Planted());
    const shared = checked<AddressSpace>(new Planted(true));
    expect(['release' in alone, 'handle' in alone]).toEqual([true, false]);
    expect(['release' in shared, 'handle' in shared]).toEqual([false, true]);
    expect(alone).toMatchObject({ contract: 'space', kind: 'local', firstPage: 1, pageLimit: LIMIT });
    expect(alone.capabilities).toEqual(new Planted().capabilities);
  });

  test('of several threads may say no to pages that another one commits right after', () => {
    const inner = new Planted(true);
    inner.commit = (pages) => {
      inner.resize(pages);
      return false;
    };
    expect(checked<AddressSpace>(inner).commit(4)).toBe(false);
  });
});

describe('when it is made', () => {
  const look = (): void => {};
  test('SPACE-1', () => breaks('SPACE-1', 'firstPage', { firstPage: 0 }, set('firstPage', 0), look));
  test('SPACE-1, no page', () => breaks('SPACE-1', 'firstPage', { firstPage: 8 }, set('firstPage', 8), look));
  test('SPACE-6', () => breaks('SPACE-6', 'handle', { sendable: true }, set('handle', look), look));
  test('GENERAL-E', () => breaks('GENERAL-E', 'release', { releases: false }, set('release', undefined), look));
});

describe('commit', () => {
  const act = (space: AddressSpace): unknown => [space.commit(2), space.commit(4)];
  const plant = (commit: (space: Planted, pages: number) => unknown) => (space: Planted) =>
    set('commit', (pages: number) => commit(space, pages))(space);

  test('SPACE-2: says true and has no memory', () => {
    breaks(
      'SPACE-2',
      'commit(2)',
      { answer: true, after: 0 },
      plant(() => true),
      act,
    );
  });

  test('SPACE-2: is no answer', () => {
    breaks(
      'SPACE-2',
      'commit(2)',
      { answer: undefined },
      plant(() => undefined),
      act,
    );
  });

  test('SPACE-2: says false, and has grown', () => {
    const wrong = plant((space, pages) => {
      space.resize(pages);
      return false;
    });
    breaks('SPACE-2', 'commit(2)', { before: 0, after: 2 }, wrong, act);
  });

  test('SPACE-2: loses what was there', () => {
    const wrong = plant((space, pages) => {
      space.resize(pages);
      if (pages > 2) space.bytes()[2 * PAGE_BYTES - 1] = 5;
      return true;
    });
    breaks('SPACE-2', 'commit(4)', { changedBelow: 2 }, wrong, act);
  });

  test('SPACE-2: new pages are not zero', () => {
    const wrong = plant((space, pages) => {
      space.resize(pages);
      space.bytes()[pages * PAGE_BYTES - 1] = 10;
      return true;
    });
    breaks('SPACE-2', 'commit(2)', { notZeroFrom: 0 }, wrong, act);
  });

  test('SPACE-8: throws', () => {
    const wrong = plant(() => {
      throw new RangeError('no memory');
    });
    breaks('SPACE-8', 'commit(2)', { thrown: 'RangeError: no memory' }, wrong, act);
  });

  test.each([false, true])('SPACE-8: says false to what is there (for threads: %o)', (threads) => {
    const wrong = plant((space, pages) => {
      if (pages === 4) space.resize(4);
      return pages === 4;
    });
    const both = (space: AddressSpace): unknown => [space.commit(4), space.commit(3)];
    breaks('SPACE-8', 'commit(3)', { answer: false, before: 4 }, wrong, both, new Planted(threads));
  });

  test('SPACE-8: says true beyond the limit', () => {
    const more = (space: AddressSpace): unknown => space.commit(9);
    breaks(
      'SPACE-8',
      'commit(9)',
      { answer: true, pageLimit: 8 },
      plant(() => true),
      more,
    );
  });
});

describe('the rest', () => {
  test('SPACE-3: bytes of another buffer', () => {
    const wrong = set('bytes', () => new Uint8Array(PAGE_BYTES));
    breaks('SPACE-3', 'bytes(0)', { stale: true }, wrong, (space) => space.bytes());
  });

  test('SPACE-3: bytes that end before what is committed', () => {
    const wrong = (space: Planted): unknown => set('bytes', () => new Uint8Array(space.buffer, 0, 16))(space);
    const act = (space: AddressSpace): unknown => [space.commit(1), space.bytes(PAGE_BYTES)];
    breaks('SPACE-3', `bytes(${PAGE_BYTES})`, { length: 16, least: PAGE_BYTES }, wrong, act, new Planted(true));
  });

  test('SPACE-9', () => {
    const wrong = (space: Planted): unknown => set('bytes', () => new Uint8Array(space.buffer))(space);
    breaks('SPACE-9', 'bytes(0)', {}, wrong, (space) => [space.bytes(), space.bytes()]);
  });

  test('SPACE-4: takes a page too many', () => {
    const wrong = (space: Planted): unknown => set('release', (pages: number) => space.resize(pages - 1))(space);
    const act = (space: AddressSpace): unknown => [space.commit(6), space.release!(3)];
    breaks('SPACE-4', 'release(3)', { before: 6, after: 2 }, wrong, act);
  });

  test('SPACE-4: writes below', () => {
    const wrong = (space: Planted): unknown =>
      set('release', () => {
        space.bytes()[PAGE_BYTES] = 1;
      })(space);
    const act = (space: AddressSpace): unknown => [space.commit(6), space.release!(3)];
    breaks('SPACE-4', 'release(3)', { changedBelow: 3 }, wrong, act);
  });

  test.each([
    [{ words: 9, live: 16 }, () => ({ words: new Int32Array(9), live: new Uint8Array(16) })],
    [{ zero: false }, () => ({ words: new Int32Array(10).fill(1, 9), live: new Uint8Array(16) })],
    [{ zero: false }, () => ({ words: new Int32Array(10), live: new Uint8Array(16).fill(1, 0, 1) })],
  ])('SPACE-5: %o', (values, control) => {
    breaks('SPACE-5', 'control(10, 16)', values, set('control', control), (space) => space.control(10, 16));
  });

  test('SPACE-5: in the data', () => {
    const wrong = (space: Planted): unknown =>
      set('control', () => ({ words: new Int32Array(space.buffer, 0, 10), live: new Uint8Array(16) }))(space);
    const act = (space: AddressSpace): unknown => [space.commit(2), space.control(10, 16)];
    breaks('SPACE-5', 'control(10, 16)', { inDataBuffer: true }, wrong, act);
  });

  test('SPACE-6: the handle of another space', () => {
    const wrong = set('handle', () => ({ kind: 'planted', firstPage: 1, pageLimit: 9 }));
    breaks('SPACE-6', 'handle', { pageLimit: 9 }, wrong, (space) => space.handle!(), new Planted(true));
  });
});
