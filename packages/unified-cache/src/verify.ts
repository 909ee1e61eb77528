/**
 * The walker of the cache: for each slab of the thread, live + cached + room = blocks; no cached address is live, foreign
 * or cached twice. O(pages + blocks of the thread).
 */

import {
  type Address,
  BLOCK_BYTES,
  type BlockCache,
  classIn,
  GRANULE_SHIFT,
  headOf,
  kindOf,
  NOTE_ROOM,
  noteOf,
  ownerOf,
  PAGE_BYTES,
  PAGE_GRANULE_SHIFT,
  PAGE_SHIFT,
  type PageIndex,
  PageKind,
  type Report,
  type Scope,
  SlotState,
  SPAN_BLOCKS,
  SPAN_PAGES,
  stateOf,
} from '@hakmem/contracts';

export function verifyCache(scope: Scope, cache: BlockCache, report: Report): void {
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
    const granules = BLOCK_BYTES[sizeClass] >>> GRANULE_SHIFT;
    let alive = 0;
    for (let i = 0; i < SPAN_BLOCKS[sizeClass]; i++) alive += live[(head << PAGE_GRANULE_SHIFT) + i * granules];
    const cached = cachedIn.get(head) ?? 0;
    const room = words[noteOf(head) + NOTE_ROOM];
    if (alive + cached + room !== SPAN_BLOCKS[sizeClass]) {
      const sum = `${alive} live + ${cached} cached + ${room} room ≠ ${SPAN_BLOCKS[sizeClass]} blocks`;
      complain(`slab ${head} of class ${sizeClass}: ${sum}`, head * PAGE_BYTES);
    }
    head += SPAN_PAGES[sizeClass] - 1;
  }
}
