/**
 * Where a run of neighbouring UNUSED pages for a large block can be: first fit in order of address, across the borders of
 * SuperSlabs. Reads hints only; O(SuperSlabs).
 */

import { type PageIndex, SLOTS_PER_SUPERSLAB, type SuperRegistry } from '@hakmem/contracts';
import { lowest } from './bits.js';
import type { Hints } from './hints.js';

/** Where the run starts; when it does not fit, where it could start if more SuperSlabs were added at the top. */
export interface Fit {
  readonly found: boolean;
  readonly page: PageIndex;
}

/** Finds `pages` UNUSED neighbours whose first is a multiple of `alignPages`. */
export function findRun(hints: Hints, registry: SuperRegistry, pages: number, alignPages: number): Fit {
  /** First page of the unused pages that reach up to where the search is; -1: none do. */
  let start = -1;
  for (let superSlab = registry.first; superSlab < registry.end; superSlab++) {
    const base = superSlab * SLOTS_PER_SUPERSLAB;
    let rest = hints.unused(superSlab);
    if ((rest & 1) === 0) start = -1;
    while (rest !== 0) {
      const low = lowest(rest);
      const end = low + lowest(~(rest >>> low));
      if (start < 0) start = base + low;
      const page = alignUp(start, alignPages);
      if (page + pages <= base + end) return { found: true, page };
      if (end === SLOTS_PER_SUPERSLAB) break;
      rest = (rest >>> end) << end;
      start = -1;
    }
  }
  return { found: false, page: alignUp(start < 0 ? registry.end * SLOTS_PER_SUPERSLAB : start, alignPages) };
}

function alignUp(page: PageIndex, alignPages: number): PageIndex {
  return Math.ceil(page / alignPages) * alignPages;
}
