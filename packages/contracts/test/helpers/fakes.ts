// A slab source written for the tests: it hands out what it is told to hand out, holds what it is offered, lets go of what it
// is to retire, and does neither when it is told not to, so that a test can make it keep or break any clause.

import {
  NOTE_ROOM,
  noteOf,
  type PageIndex,
  PageKind,
  pageWord,
  type Records,
  type Report,
  type SizeClass,
  type SlabSource,
  SlotState,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
} from '../../src/index.js';

export const OWNER = 1;

/** Makes the page an ACTIVE slab of the class with so much room. */
export function makeSlab(
  { words }: Records,
  head: PageIndex,
  sizeClass: SizeClass,
  room: number = SPAN_BLOCKS[sizeClass],
): PageIndex {
  const kind = sizeClass < TINY_CLASS_COUNT ? PageKind.TINY : PageKind.MID;
  words[head] = pageWord(SlotState.ACTIVE, kind, OWNER, sizeClass);
  words[noteOf(head) + NOTE_ROOM] = room;
  return head;
}

/** One call that reached the source. */
export type Call = readonly [verb: string, ...args: number[]];

export class FakeSource implements SlabSource {
  readonly calls: Call[] = [];
  /** What the next acquire or spare answers. */
  next: PageIndex | 0 = 0;
  /** What `held` visits. */
  holds: (readonly [sizeClass: SizeClass, head: PageIndex])[] = [];
  /** Whether it forgets what it is offered, and keeps what it is to retire. */
  wrong = false;

  acquire(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.push(['acquire', sizeClass]);
    return this.next;
  }

  spare(sizeClass: SizeClass): PageIndex | 0 {
    this.calls.push(['spare', sizeClass]);
    return this.next;
  }

  offer(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.push(['offer', sizeClass, head]);
    if (!this.wrong) this.holds.push([sizeClass, head]);
  }

  retire(sizeClass: SizeClass, head: PageIndex): void {
    this.calls.push(['retire', sizeClass, head]);
    if (!this.wrong) this.holds = this.holds.filter(([, page]) => page !== head);
  }

  held(visit: (sizeClass: SizeClass, head: PageIndex) => void): void {
    for (const [sizeClass, head] of this.holds) visit(sizeClass, head);
  }

  verify(report: Report): void {
    report({ box: 'fake', message: 'asked', address: 0 });
  }
}
