/**
 * The walker of the pool: what the hints say of each SuperSlab is what its page words say, and its tier is the one that
 * they ask for. A hint may claim EMPTY slots of a class that has none any more, never the other way round.
 */

import {
  CLASS_COUNT,
  PAGE_BYTES,
  type Report,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  type SuperRegistry,
  Tier,
} from '@hakmem/contracts';
import { contains, type Hints, masksOf } from './hints.js';

export function verifyHints(pages: Int32Array, hints: Hints, registry: SuperRegistry, report: Report): void {
  for (let superSlab = registry.first; superSlab < registry.end; superSlab++) {
    const check = (what: string, hint: unknown, words: unknown): void => {
      if (hint === words) return;
      const message = `SuperSlab ${superSlab}, ${what}: hint ${hint}, page words ${words}`;
      report({ box: 'shared-pool-sp-slot', message, address: superSlab * SLOTS_PER_SUPERSLAB * PAGE_BYTES });
    };
    const { unused, empty, active } = masksOf(pages, superSlab);
    const tier = registry.tier(superSlab);
    check('unused slots', hints.unused(superSlab), unused);
    check('empty slots', hints.empty(superSlab), empty);
    check('active slots', hints.active(superSlab), active);
    check('FREE', tier === Tier.FREE, active === 0);
    check('open', hints.has(hints.open, superSlab), tier === Tier.HOT && unused !== 0);
    check('draining', hints.has(hints.draining, superSlab), tier === Tier.DRAINING && unused !== 0);
    for (let c = 0; c < CLASS_COUNT; c++) {
      check(`holds class ${c}`, hints.has(hints.holds(c), superSlab), contains(pages, superSlab, SlotState.ACTIVE, c));
      const empties = contains(pages, superSlab, SlotState.EMPTY, c);
      check(`EMPTY slots of class ${c}`, empties && !hints.has(hints.empties(c), superSlab), false);
    }
  }
}
