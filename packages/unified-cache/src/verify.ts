/**
 * The walker of the cache: for each slab of the thread, live + cached + room + news = blocks, where there are news only if
 * the slab is marked as having some; no cached address is live, foreign or cached twice. O(pages + blocks of the thread).
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  classIn,
  countFree,
  GRANULE_SHIFT,
  headOf,
  kindOf,
  NOTE_ROOM,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  type RemoteQueue,
  type Report,
  type Scope,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
} from '@hakmem/contracts';

export function verifyCache(scope: Scope, cache: BlockCache, remote: RemoteQueue | null, report: Report): void {
  const { words, live, pageLimit } = scope.records;
  const complain = (message: string, address: Address): void => report({ box: 'unified-cache', message, address });
  const seen = new Set<Address>();
  const cachedIn = new Map<PageIndex, number>();
  cache.cached((sizeClass, address) => {
    const word = words[address >>> PAGE_SHIFT];
    const head = headOf(words, address >>> PAGE_SHIFT);
    if (live[address >>> GRANULE_SHIFT] !== 0) complain(`${address} is cached and live`, address);
    if (seen.has(address)) complain(`${address} is cached twice`, address);
    if (stateOf(word) !== SlotState.ACTIVE || ownerOf(word) !== scope.owner || classIn(word) !== sizeClass) {
      complain(`${address} is cached in class ${sizeClass}, its page word is ${word}`, address);
    }
    if ((address - head * PAGE_BYTES) % BLOCK_BYTES[sizeClass] !== 0)
      complain(`${address} is cached and starts no block`, address);
    seen.add(address);
    cachedIn.set(head, (cachedIn.get(head) ?? 0) + 1);
  });
  for (let head = 1; head < pageLimit; head++) {
    const word = words[head];
    const slab = kindOf(word) === PageKind.TINY || kindOf(word) === PageKind.MID;
    if (!slab || stateOf(word) !== SlotState.ACTIVE || ownerOf(word) !== scope.owner) continue;
    const sizeClass = classIn(word);
    const blocks = SPAN_BLOCKS[sizeClass];
    const alive = blocks - countFree(scope.records, head);
    const cached = cachedIn.get(head) ?? 0;
    const room = words[noteOf(head) + NOTE_ROOM];
    const news = blocks - alive - cached - room;
    if (news < 0 || (news > 0 && !remote?.isTold(head))) {
      const sum = `${alive} live + ${cached} cached + ${room} room ≠ ${blocks} blocks`;
      complain(
        `slab ${head} of class ${sizeClass}: ${sum}${news > 0 ? ', and the owner is not told' : ''}`,
        head * PAGE_BYTES,
      );
    }
    head += SPAN_PAGES[sizeClass] - 1;
  }
}
