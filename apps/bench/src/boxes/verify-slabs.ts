/**
 * The walker of a cache that caches nothing: for each slab of the thread, live + room + news = blocks, where there are
 * news only if the slab is marked as having some. O(pages + blocks of the thread).
 */

import {
  classIn,
  countFree,
  kindOf,
  NOTE_ROOM,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PageKind,
  type RemoteQueue,
  type Report,
  type Scope,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
} from '@hakmem/contracts';

export function verifySlabs(box: string, scope: Scope, remote: RemoteQueue | null, report: Report): void {
  const { words, pageLimit } = scope.records;
  for (let head = 1; head < pageLimit; head++) {
    const word = words[head];
    const slab = kindOf(word) === PageKind.TINY || kindOf(word) === PageKind.MID;
    if (!slab || stateOf(word) !== SlotState.ACTIVE || ownerOf(word) !== scope.owner) continue;
    const sizeClass = classIn(word);
    const free = countFree(scope.records, head);
    const room = words[noteOf(head) + NOTE_ROOM];
    if (free < room || (free > room && !remote?.isTold(head))) {
      const live = SPAN_BLOCKS[sizeClass] - free;
      const sum = `${live} live + ${room} room ≠ ${SPAN_BLOCKS[sizeClass]} blocks`;
      report({ box, message: `slab ${head} of class ${sizeClass}: ${sum}`, address: head * PAGE_BYTES });
    }
    head += SPAN_PAGES[sizeClass] - 1;
  }
}
