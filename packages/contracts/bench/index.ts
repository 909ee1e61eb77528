// The cost of the look-ups that every box makes: page words, heads of spans and runs, blocks of a slab, size classes.

import {
  alignedBytes,
  BLOCK_BYTES,
  claimPage,
  classIn,
  classOf,
  countFree,
  headOf,
  isIdle,
  NOTE_SPAN,
  noteOf,
  PageKind,
  pageWord,
  recordsOf,
  SlotState,
  standaloneGround,
  stateOf,
} from '@hakmem/contracts';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';

const PAGES = 2_048;
const INPUTS = 1_024;
const { records } = standaloneGround(PAGES, 0);
const { words } = records;
const shared = recordsOf(new Int32Array(new SharedArrayBuffer(64)), new Uint8Array(0), 16);

// Pages 1 … 1,023 are tiny slabs; from 1,024 on mid spans of 8 pages, but the last 256 pages are one large run.
const TINY = pageWord(SlotState.ACTIVE, PageKind.TINY, 1, 3);
const MID = pageWord(SlotState.ACTIVE, PageKind.MID, 1, 40);
const LARGE = pageWord(SlotState.ACTIVE, PageKind.LARGE, 0, 0);
const RUN = PAGES - 256;
for (let page = 1; page < INPUTS; page++) {
  words[page] = TINY;
  words[noteOf(page) + NOTE_SPAN] = 1;
}
for (let page = INPUTS; page < RUN; page++) {
  words[page] = MID;
  words[noteOf(page) + NOTE_SPAN] = page % 8 === 0 ? 8 : -(page % 8);
}
words.fill(LARGE, RUN, PAGES);
words[noteOf(RUN) + NOTE_SPAN] = PAGES - RUN;

let seed = 1;
function random(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((seed / 4_294_967_296) * below);
}
const inputs = (make: () => number): Int32Array => new Int32Array(INPUTS).map(make);
const anyPage = inputs(() => 1 + random(RUN - 1));
const midPage = inputs(() => INPUTS + random(RUN - INPUTS));
const tinyBytes = inputs(() => 1 + random(1_024));
const midBytes = inputs(() => 1_025 + random(262_144 - 1_024));

let next = 0;
/** One input after the other, so that no result is a constant. */
function input(values: Int32Array): number {
  next = (next + 1) & (INPUTS - 1);
  return values[next];
}

group('page words', () => {
  bench('an empty loop over inputs', () => do_not_optimize(input(anyPage)));
  bench('pageWord: make', () => do_not_optimize(pageWord(SlotState.ACTIVE, PageKind.TINY, 1, input(anyPage) & 255)));
  bench('stateOf and classIn: read', () => {
    const word = words[input(anyPage)];
    do_not_optimize(stateOf(word) + classIn(word));
  });
  bench('claimPage: claim and undo, in plain memory', () => {
    claimPage(records, 0, 0, TINY);
    do_not_optimize(claimPage(records, 0, TINY, 0));
  });
  bench('claimPage: claim and undo, in shared memory', () => {
    claimPage(shared, 0, 0, TINY);
    do_not_optimize(claimPage(shared, 0, TINY, 0));
  });
});

group('headOf', () => {
  bench('a slab or a mid span', () => do_not_optimize(headOf(words, input(anyPage))));
  bench('a page of a mid span', () => do_not_optimize(headOf(words, input(midPage))));
  bench('the 256th page of a large run', () => do_not_optimize(headOf(words, PAGES - 1)));
});

group('blocks of a slab', () => {
  bench('countFree, 1,024 blocks', () => do_not_optimize(countFree(records, 1)));
  bench('isIdle, 1,024 blocks', () => do_not_optimize(isIdle(records, 1)));
});

group('size classes', () => {
  bench('classOf, tiny', () => do_not_optimize(classOf(input(tinyBytes))));
  bench('classOf, mid', () => do_not_optimize(classOf(input(midBytes))));
  bench('alignedBytes, tiny at 64', () => do_not_optimize(alignedBytes(input(tinyBytes), 64)));
  bench('BLOCK_BYTES', () => do_not_optimize(BLOCK_BYTES[input(tinyBytes) & 63]));
});

await run();
