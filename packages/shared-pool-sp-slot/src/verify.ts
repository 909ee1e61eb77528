/**
 * The walker of the pool: what the page words say of each SuperSlab is in the hints, and its tier is the one that they ask
 * for. A hint may say more than the page words (whoever follows it in vain takes it off), never less. No page is in doubt
 * while no thread changes the heap.
 */

import {
  classIn,
  kindOf,
  ownerOf,
  PAGE_BYTES,
  PageKind,
  type Records,
  type Report,
  SLOTS_PER_SUPERSLAB,
  SlotState,
  type SuperRegistry,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import { emptyWord, type Hints, isKept, masksOf, slabWord } from './hints.js';

export function verifyHints(records: Records, hints: Hints, registry: SuperRegistry, report: Report): void {
  for (let superSlab = registry.first; superSlab < registry.end; superSlab++) {
    const base = superSlab * SLOTS_PER_SUPERSLAB;
    const complain = (message: string, page = base): void =>
      report({ box: 'shared-pool-sp-slot', message, address: page * PAGE_BYTES });
    const { unused, empty, active } = masksOf(records, superSlab);
    const tier = registry.tier(superSlab);
    const member = (set: number, what: string, belongs: boolean): void => {
      if (belongs && !hints.has(set, superSlab)) complain(`SuperSlab ${superSlab} is not in the set ${what}`);
    };
    const missing = unused & ~hints.unused(superSlab);
    if (missing !== 0) complain(`SuperSlab ${superSlab}: the hint misses the unused slots ${bits(missing)}`);
    if ((tier === Tier.FREE) !== (active === 0)) {
      complain(`SuperSlab ${superSlab} has tier ${tier} and the active slots ${bits(active)}`);
    }
    member(hints.open, 'open', tier === Tier.HOT && unused !== 0);
    member(hints.draining, 'draining', tier === Tier.DRAINING && unused !== 0);
    member(hints.empty, 'empty', empty !== 0);
    for (let page = base; page < base + SLOTS_PER_SUPERSLAB; page++) {
      const word = records.words[page];
      const c = classIn(word);
      if (word === emptyWord(c)) member(hints.empties(c), `EMPTY slots of class ${c}`, true);
      if (isKept(word)) member(hints.kept, 'kept', true);
      if (stateOf(word) !== SlotState.ACTIVE || kindOf(word) === PageKind.LARGE) continue;
      if (kindOf(word) === PageKind.NONE) complain(`page ${page} is in doubt, left by thread ${ownerOf(word)}`, page);
      else member(hints.holds(c), `holds class ${c}`, true);
      if (word === slabWord(c, 0)) member(hints.abandoned(c), `abandoned slabs of class ${c}`, true);
    }
  }
}

function bits(mask: number): string {
  return (mask >>> 0).toString(2);
}
