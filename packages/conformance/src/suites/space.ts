/**
 * The suite of address spaces, whatever they are made of. Not seen from one thread: that growth by others meanwhile is waited
 * for by none (SPACE-7); and that memory which was released has really gone, which only the system knows.
 */

import { type AddressSpace, checked, flawOf, Inspection, PAGE_BYTES, type SpaceHandle } from '@hakmem/contracts';
import { type Chance, inWords } from '../programs.js';
import type { Case, Suite } from '../suite.js';
import { runSpacePrograms, stamp, stamps } from './space-model.js';

/** What to try. */
export interface SpaceSuiteOptions extends Chance {
  /** Makes a space, 8 to 256 pages that memory can be had for; called for each case. */
  readonly space: () => AddressSpace;
  /** Opens the space of a handle, as another thread does. Wanted when the space has a handle. */
  readonly open?: ((handle: SpaceHandle) => AddressSpace) | undefined;
  /** Makes a space whose memory gives out below its limit; without it, only what is beyond the limit is refused. */
  readonly starved?: (() => AddressSpace) | undefined;
}

type Make = () => AddressSpace;

/** The suite of the contract SPACE. */
export function spaceSuite(options: SpaceSuiteOptions): Suite {
  const sample = options.space();
  const { kind, pageLimit, firstPage, capabilities } = sample;
  const { concurrency, grows } = capabilities ?? {};
  const box = `${kind} memory`;
  const inspection = new Inspection(box);
  const make = (): AddressSpace => checked(options.space());
  return {
    title: `${box}, pages ${firstPage} to ${pageLimit}, for ${concurrency}${grows ? ', grows' : ''}`,
    cases: [
      ...labelCases(options.space, inspection),
      ...commitCases(make, inspection),
      ...viewCases(make, inspection),
      ...(sample.release === undefined ? [] : releaseCases(make, inspection)),
      ...controlCases(make, inspection),
      ...handleCases(options, inspection),
      ...(options.starved === undefined ? [] : [starvedCase(options.starved, inspection)]),
      {
        clauses: ['SPACE-2', 'SPACE-4'],
        what: `against a model, ${inWords(options)}`,
        run: () => runSpacePrograms(options, inspection, make),
      },
    ],
  };
}

function labelCases(make: Make, inspection: Inspection): Case[] {
  return [
    {
      clauses: ['GENERAL-E'],
      what: 'it names the contract space and its capabilities, and has what belongs to them',
      run() {
        const space = make();
        inspection.must('GENERAL-E', space.contract === 'space', 'contract', { contract: space.contract });
        const flaw = flawOf(space.capabilities);
        inspection.must('GENERAL-E', flaw === null, 'capabilities', { flaw });
        const { shrinks, grows } = space.capabilities;
        inspection.must('GENERAL-E', (typeof space.release === 'function') === shrinks, 'release', { shrinks });
        const before = space.committedPages;
        inspection.must('SPACE-2', space.commit(space.pageLimit), `commit(${space.pageLimit})`, { before });
        const grew = space.committedPages > before;
        inspection.must('GENERAL-E', grew === grows, `commit(${space.pageLimit})`, { grows, grew });
      },
    },
    {
      clauses: ['SPACE-1'],
      what: 'the first page is 1 or more, and there is one',
      run() {
        const { firstPage, pageLimit } = make();
        const whole = Number.isInteger(firstPage) && Number.isInteger(pageLimit) && pageLimit <= 65_536;
        inspection.must('SPACE-1', whole && firstPage >= 1 && firstPage < pageLimit, 'firstPage', {
          firstPage,
          pageLimit,
        });
      },
    },
  ];
}

function commitCases(make: Make, inspection: Inspection): Case[] {
  return [
    {
      clauses: ['SPACE-2'],
      what: 'every page below is there, whole, and zero where it says so',
      run() {
        const space = make();
        for (const pages of steps(space)) {
          inspection.must('SPACE-2', space.commit(pages), `commit(${pages})`);
          const { committedPages } = space;
          inspection.must('SPACE-2', committedPages >= pages, `commit(${pages})`, { committedPages });
          const bytes = space.bytes(pages * PAGE_BYTES);
          inspection.must('SPACE-2', bytes.length >= pages * PAGE_BYTES, `commit(${pages})`, { length: bytes.length });
          const dirty = bytes
            .subarray(space.firstPage * PAGE_BYTES, pages * PAGE_BYTES)
            .findIndex((each) => each !== 0);
          inspection.must('SPACE-2', dirty === -1 || !space.capabilities.zeroed, `commit(${pages})`, { dirty });
        }
      },
    },
    {
      clauses: ['SPACE-2'],
      what: 'what was written stays when it grows',
      run() {
        const space = make();
        for (const pages of steps(space)) {
          space.commit(pages);
          stamp(space, pages - 1, pages);
          for (const page of steps(space)) {
            if (page > pages) break;
            const seen = stamps(space, page - 1);
            inspection.must('SPACE-2', seen === `${page},${page}`, `commit(${pages})`, { page: page - 1, seen });
          }
        }
      },
    },
    {
      clauses: ['SPACE-2', 'SPACE-8', 'GENERAL-F'],
      what: 'beyond the limit the answer is false, as often as one asks, and nothing changes',
      run() {
        const space = make();
        space.commit(space.firstPage + 1);
        stamp(space, space.firstPage, 9);
        const { committedPages, buffer, pageLimit } = space;
        for (const pages of [pageLimit + 1, 65_537, 2 ** 31, 2 ** 40]) {
          const answer = space.commit(pages);
          const same = space.committedPages === committedPages && space.buffer === buffer;
          inspection.must('SPACE-2', !answer && same, `commit(${pages})`, { answer, committedPages });
        }
        inspection.must('SPACE-2', stamps(space, space.firstPage) === '9,9', 'commit', { lost: space.firstPage });
        inspection.must('SPACE-2', space.commit(pageLimit), `commit(${pageLimit})`);
      },
    },
    {
      clauses: ['SPACE-8'],
      what: 'for pages that are there the answer is true, and nothing changes',
      run() {
        const space = make();
        space.commit(space.pageLimit);
        const { committedPages, buffer } = space;
        for (const pages of [0, 1, space.firstPage, space.pageLimit - 1, space.pageLimit]) {
          const answer = space.commit(pages);
          const same = space.committedPages === committedPages && space.buffer === buffer;
          inspection.must('SPACE-8', answer && same, `commit(${pages})`, { answer, committedPages });
        }
      },
    },
  ];
}

/** Ends to commit one after the other: the first page, a few more, all. */
function steps({ firstPage, pageLimit }: AddressSpace): number[] {
  const all = pageLimit - firstPage;
  return [...new Set([1, 2, all >>> 1, all - 1, all].map((pages) => firstPage + pages))];
}

function viewCases(make: Make, inspection: Inspection): Case[] {
  return [
    {
      clauses: ['SPACE-3'],
      what: 'a view made before growth still is one, or there is another buffer',
      run() {
        const space = make();
        const { firstPage, pageLimit } = space;
        space.commit(firstPage + 1);
        const { buffer } = space;
        const before = space.bytes();
        const view = new Int32Array(buffer, firstPage * PAGE_BYTES, 4);
        view[1] = 41;
        space.commit(pageLimit);
        const bytes = space.bytes(pageLimit * PAGE_BYTES);
        const valid = view.length === 4 && space.buffer === buffer;
        inspection.must('SPACE-3', valid || space.buffer !== buffer, 'commit', { length: view.length });
        inspection.must('SPACE-3', valid || bytes !== before, 'bytes', { stale: true });
        if (valid) view[1] = 42;
        const seen = new Int32Array(space.buffer, firstPage * PAGE_BYTES, 4)[1];
        inspection.must('SPACE-3', seen === (valid ? 42 : 41), 'commit', { seen, valid });
        inspection.must('SPACE-3', bytes.buffer === space.buffer && bytes.byteOffset === 0, 'bytes', {
          byteOffset: bytes.byteOffset,
        });
        const { length } = bytes;
        inspection.must('SPACE-3', length === space.buffer.byteLength, 'bytes', { length });
      },
    },
    {
      clauses: ['SPACE-9'],
      what: 'bytes() is the same view as long as the buffer is the same',
      run() {
        const space = make();
        for (const pages of steps(space)) {
          space.commit(pages);
          const [first, again, wider] = [space.bytes(), space.bytes(), space.bytes(pages * PAGE_BYTES)];
          inspection.must('SPACE-9', first === again && first === wider, 'bytes()', { pages });
        }
      },
    },
  ];
}

function releaseCases(make: Make, inspection: Inspection): Case[] {
  return [
    {
      clauses: ['SPACE-4'],
      what: 'what is below stays, whatever is released, and in whichever order',
      run() {
        const space = make();
        const { firstPage, pageLimit } = space;
        space.commit(pageLimit);
        for (let page = firstPage; page < pageLimit; page++) stamp(space, page, page & 255);
        let kept = pageLimit;
        for (const pages of [pageLimit + 1, pageLimit, pageLimit - 1, firstPage + 2, firstPage + 4, firstPage + 1]) {
          space.release!(pages);
          kept = Math.min(kept, pages);
          inspection.must('SPACE-4', space.committedPages >= kept, `release(${pages})`, { kept });
          for (let page = firstPage; page < kept; page++) {
            const seen = stamps(space, page);
            inspection.must('SPACE-4', seen === `${page & 255},${page & 255}`, `release(${pages})`, { page, seen });
          }
        }
      },
    },
    {
      clauses: ['SPACE-2'],
      what: 'what was released can be committed again, and is zero where it says so',
      run() {
        const space = make();
        const { firstPage, pageLimit, capabilities } = space;
        space.commit(pageLimit);
        for (let page = firstPage; page < pageLimit; page++) stamp(space, page, 255);
        space.release!(firstPage + 1);
        const gone = space.committedPages;
        inspection.must('SPACE-2', space.commit(pageLimit), `commit(${pageLimit})`);
        for (let page = gone; page < pageLimit && capabilities.zeroed; page++) {
          inspection.must('SPACE-2', stamps(space, page) === '0,0', `commit(${pageLimit})`, { page });
        }
        inspection.must('SPACE-4', stamps(space, firstPage) === '255,255', 'release', { page: firstPage });
      },
    },
  ];
}

function controlCases(make: Make, inspection: Inspection): Case[] {
  return [
    {
      clauses: ['SPACE-5'],
      what: 'the control arrays have the sizes asked for, are zero, apart from each other and from the data',
      run() {
        const space = make();
        space.commit(space.firstPage + 1);
        stamp(space, space.firstPage, 3);
        const { words, live } = space.control(1_000, 333);
        const sizes = words.length === 1_000 && live.length === 333;
        inspection.must('SPACE-5', sizes, 'control(1000, 333)', { words: words.length, live: live.length });
        const zero = words.every((word) => word === 0) && live.every((byte) => byte === 0);
        inspection.must('SPACE-5', zero, 'control(1000, 333)', { zero });
        words.fill(-1);
        const clean = live.every((byte) => byte === 0);
        inspection.must('SPACE-5', clean, 'control(1000, 333)', { wordsInLiveBytes: !clean });
        live.fill(1);
        const kept = words.every((word) => word === -1) && stamps(space, space.firstPage) === '3,3';
        inspection.must('SPACE-5', kept, 'control(1000, 333)', { kept });
      },
    },
    {
      clauses: ['SPACE-5'],
      what: 'the control arrays are shared exactly when other threads can have the space',
      run() {
        const space = make();
        const { words, live } = space.control(64, 64);
        const isShared = ({ buffer }: { buffer: ArrayBufferLike }): boolean => !(buffer instanceof ArrayBuffer);
        const any = space.capabilities.concurrency === 'any';
        const fits = isShared(words) === any && isShared(live) === any;
        inspection.must('SPACE-5', fits, 'control(64, 64)', { words: isShared(words), live: isShared(live), any });
      },
    },
  ];
}

function handleCases({ space, open }: SpaceSuiteOptions, inspection: Inspection): Case[] {
  const there: Case = {
    clauses: ['SPACE-6'],
    what: 'it has a handle exactly when other threads can have it',
    run() {
      const { handle, capabilities } = space();
      const has = typeof handle === 'function';
      const any = capabilities.concurrency === 'any';
      inspection.must('SPACE-6', has === any, 'handle', { has, concurrency: capabilities.concurrency });
      inspection.must('SPACE-6', !has || open !== undefined, 'handle', { open: 'not given to the suite' });
    },
  };
  if (open === undefined) return [there];
  const mine = (): AddressSpace => checked(space());
  const another = (one: AddressSpace): AddressSpace => {
    const handle = one.handle?.();
    inspection.must('SPACE-6', handle !== undefined, 'handle', { handle });
    return checked(open(handle!));
  };
  return [there, ...sharingCases(mine, another, inspection)];
}

function sharingCases(make: Make, another: (one: AddressSpace) => AddressSpace, inspection: Inspection): Case[] {
  const two = (): readonly [AddressSpace, AddressSpace] => {
    const mine = make();
    return [mine, another(mine)];
  };
  return [
    {
      clauses: ['SPACE-6'],
      what: 'opened by it, the space has the same pages and the same bytes',
      run() {
        const [mine, theirs] = two();
        for (const name of ['firstPage', 'pageLimit', 'committedPages'] as const) {
          inspection.must('SPACE-6', mine[name] === theirs[name], name, { mine: mine[name], theirs: theirs[name] });
        }
        const { firstPage, pageLimit } = mine;
        mine.commit(pageLimit);
        stamp(mine, pageLimit - 1, 7);
        stamp(theirs, firstPage, 9);
        const seen = `${stamps(theirs, pageLimit - 1)} ${stamps(mine, firstPage)}`;
        inspection.must('SPACE-6', seen === '7,7 9,9', 'bytes', { seen });
        const again = theirs.handle?.();
        inspection.must('SPACE-6', again?.pageLimit === pageLimit, 'handle', { ofTheOpened: again?.pageLimit });
      },
    },
    {
      clauses: ['SPACE-6'],
      what: 'opening writes nothing',
      run() {
        const mine = make();
        const { firstPage, pageLimit } = mine;
        mine.commit(pageLimit);
        for (let page = firstPage; page < pageLimit; page++) stamp(mine, page, page & 255);
        const before = mine.bytes().slice();
        const opened = another(mine);
        inspection.must('SPACE-6', opened.firstPage === firstPage, 'open', { firstPage: opened.firstPage });
        const at = mine.bytes().findIndex((byte, i) => byte !== before[i]);
        inspection.must('SPACE-6', at === -1, 'open', { at });
      },
    },
    {
      clauses: ['SPACE-7', 'SPACE-3'],
      what: 'what one thread has committed is committed for the other, which sees its bytes',
      run() {
        for (const forth of [true, false]) {
          const pair = two();
          const [one, other] = forth ? pair : [pair[1], pair[0]];
          for (const pages of steps(one)) {
            inspection.must('SPACE-7', one.commit(pages), `commit(${pages})`);
            stamp(one, pages - 1, pages & 255);
            const seen = stamps(other, pages - 1);
            inspection.must('SPACE-7', seen === `${pages & 255},${pages & 255}`, `commit(${pages})`, { seen });
            inspection.must('SPACE-7', other.commit(pages), `commit(${pages})`, { by: 'the other' });
          }
        }
      },
    },
  ];
}

function starvedCase(starved: Make, inspection: Inspection): Case {
  return {
    clauses: ['SPACE-2', 'SPACE-8', 'GENERAL-F'],
    what: 'when memory gives out below the limit the answer is false, nothing changes, and what there is can be had',
    run() {
      const space = checked(starved());
      const { firstPage, pageLimit } = space;
      space.commit(firstPage + 1);
      stamp(space, firstPage, 5);
      const before = space.committedPages;
      const answer = space.commit(pageLimit);
      inspection.must('SPACE-2', !answer, `commit(${pageLimit})`, { answer, starved: true });
      const after = space.committedPages;
      inspection.must('SPACE-2', after === before && stamps(space, firstPage) === '5,5', 'commit', { before, after });
      inspection.must('SPACE-8', space.commit(before), `commit(${before})`, { before });
      let most = before;
      while (most < pageLimit && space.commit(most + 1)) most++;
      inspection.must('SPACE-2', most < pageLimit, 'commit', { most, pageLimit });
      inspection.must('SPACE-2', space.committedPages >= most, 'commit', { most });
    },
  };
}
