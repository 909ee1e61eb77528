/** Address spaces that are wrong in one thing: made of the stand-in, which is right. */

import { type AddressSpace, type ControlArrays, PAGE_BYTES, type SpaceHandle } from '@hakmem/contracts';
import { describe } from 'vitest';
import { PlainSpace, type PlainSpaceHandle, type PlainSpaceOptions, spaceSuite } from '../../src/index.js';
import { testRefusals, type Wrong } from './refused.js';

const PAGES = 24;

type Kind = new (options?: PlainSpaceOptions, buffer?: SharedArrayBuffer) => PlainSpace;

const open = (handle: SpaceHandle): AddressSpace => PlainSpace.open(handle as PlainSpaceHandle);

function wrong(clause: string, what: string, Space: Kind, options: PlainSpaceOptions = {}): Wrong {
  const space = (): AddressSpace => new Space({ pageLimit: PAGES, ...options });
  return { clause, what, suite: () => spaceSuite({ space, runs: 10, ...(options.shared ? { open } : {}) }) };
}

/** A space, some of whose properties are others. */
function but(space: PlainSpace, properties: PropertyDescriptorMap): AddressSpace {
  return Object.defineProperties(space, properties);
}

describe('private memory', () => {
  testRefusals(
    () =>
      spaceSuite({
        space: () => new PlainSpace({ pageLimit: PAGES, firstPage: 3 }),
        starved: () => new PlainSpace({ pageLimit: PAGES, available: 12 }),
        runs: 20,
      }),
    [
      wrong(
        'SPACE-1',
        'gives page 0 to the heap',
        class extends PlainSpace {
          constructor(options?: PlainSpaceOptions) {
            super({ ...options, firstPage: 0 });
          }
        },
      ),
      wrong(
        'SPACE-2',
        'says that it has what it has not',
        class extends PlainSpace {
          override commit(pages: number): boolean {
            return super.commit(Math.min(pages, 20)) && pages <= this.pageLimit;
          }
        },
      ),
      wrong(
        'SPACE-2',
        'hands out pages that are not zero',
        class extends PlainSpace {
          override commit(pages: number): boolean {
            const before = this.committedPages;
            const answer = super.commit(pages);
            if (this.committedPages > before) this.bytes()[this.committedPages * PAGE_BYTES - 1] = 1;
            return answer;
          }
        },
      ),
      wrong(
        'SPACE-2',
        'forgets what was written when it grows',
        class extends PlainSpace {
          override commit(pages: number): boolean {
            if (pages > this.committedPages) this.bytes().fill(0);
            return super.commit(pages);
          }
        },
      ),
      wrong(
        'SPACE-8',
        'throws when it is asked for too much',
        class extends PlainSpace {
          override commit(pages: number): boolean {
            if (pages > this.pageLimit) throw new RangeError('no memory');
            return super.commit(pages);
          }
        },
      ),
      wrong(
        'SPACE-8',
        'says false to what it has',
        class extends PlainSpace {
          override commit(pages: number): boolean {
            return pages > this.committedPages && super.commit(pages);
          }
        },
      ),
      wrong(
        'SPACE-9',
        'makes a view at every call',
        class extends PlainSpace {
          override bytes(): Uint8Array {
            return new Uint8Array(this.buffer);
          }
        },
      ),
      wrong(
        'SPACE-5',
        'has control arrays with something in them',
        class extends PlainSpace {
          override control(words: number, liveBytes: number): ControlArrays {
            const made = super.control(words, liveBytes);
            made.words[words - 1] = 1;
            return made;
          }
        },
      ),
      wrong(
        'SPACE-5',
        'has its control arrays in the data',
        class extends PlainSpace {
          override control(words: number, liveBytes: number): ControlArrays {
            super.commit(4);
            return {
              words: new Int32Array(this.buffer, 0, words),
              live: new Uint8Array(this.buffer, 4 * words, liveBytes),
            };
          }
        },
      ),
      wrong(
        'SPACE-5',
        'has control arrays that overlap',
        class extends PlainSpace {
          override control(words: number, liveBytes: number): ControlArrays {
            const { words: made } = super.control(words, liveBytes);
            return { words: made, live: new Uint8Array(made.buffer, 0, liveBytes) };
          }
        },
      ),
      {
        clause: 'SPACE-4',
        what: 'releases a page too many',
        suite: () =>
          spaceSuite({
            space() {
              const space = new PlainSpace({ pageLimit: PAGES });
              const release = space.release!;
              return but(space, { release: { value: (pages: number) => release(Math.max(0, pages - 1)) } });
            },
          }),
      },
      {
        clause: 'GENERAL-E',
        what: 'says that it shrinks, and cannot',
        suite: () =>
          spaceSuite({ space: () => but(new PlainSpace({ pageLimit: PAGES }), { release: { value: undefined } }) }),
      },
      {
        clause: 'GENERAL-E',
        what: 'says that it grows, and has all from the start',
        suite: () =>
          spaceSuite({
            space() {
              const space = new PlainSpace({ pageLimit: PAGES });
              space.commit(PAGES);
              return space;
            },
          }),
      },
    ],
  );
});

describe('memory that threads share', () => {
  testRefusals(
    () => spaceSuite({ space: () => new PlainSpace({ pageLimit: PAGES, shared: true }), open, runs: 20 }),
    [
      {
        clause: 'SPACE-6',
        what: 'is for any thread, and has no handle',
        suite: () =>
          spaceSuite({
            space: () => but(new PlainSpace({ pageLimit: PAGES, shared: true }), { handle: { value: undefined } }),
            open,
          }),
      },
      {
        clause: 'SPACE-6',
        what: 'opens with other pages',
        suite: () =>
          spaceSuite({
            space: () => new PlainSpace({ pageLimit: PAGES, shared: true }),
            open: (handle) => open({ ...handle, firstPage: handle.firstPage + 1 } as SpaceHandle),
          }),
      },
      {
        clause: 'SPACE-6',
        what: 'is emptied when it is opened',
        suite: () =>
          spaceSuite({
            space: () => new PlainSpace({ pageLimit: PAGES, shared: true }),
            open(handle) {
              const opened = open(handle);
              opened.bytes().fill(0);
              return opened;
            },
          }),
      },
      {
        clause: 'SPACE-6',
        what: 'opens as memory of its own',
        suite: () =>
          spaceSuite({
            space: () => new PlainSpace({ pageLimit: PAGES, shared: true }),
            open: () => {
              const other = new PlainSpace({ pageLimit: PAGES, shared: true });
              return other;
            },
          }),
      },
      wrong(
        'SPACE-5',
        'has control arrays that no other thread can see',
        class extends PlainSpace {
          override control(words: number, liveBytes: number): ControlArrays {
            return { words: new Int32Array(words), live: new Uint8Array(liveBytes) };
          }
        },
        { shared: true },
      ),
    ],
  );
});
