/**
 * The hints against the page words, exactly. A hint may say more than the page words, never less: `verify` reports what is
 * missing. This also reports what is too much, for tests that know what may be.
 */

import {
  CLASS_COUNT,
  classIn,
  kindOf,
  ownerOf,
  PageKind,
  SlotState,
  type SuperSlabIndex,
  stateOf,
  Tier,
} from '@hakmem/contracts';
import type { SuperSlabSet } from '../src/hints.js';
import type { Stand } from './stand.js';

/** Whether a set may have the SuperSlab without cause. */
export type MayStay = (set: string, superSlab: SuperSlabIndex) => boolean;

const NOTHING_STAYS: MayStay = () => false;

/** What the hints say too little or too much. */
export function hintsOff({ records, registry, hints }: Stand, mayStay: MayStay = NOTHING_STAYS): string[] {
  const off: string[] = [];
  for (let superSlab = registry.first; superSlab < registry.end; superSlab++) {
    const belongs = new Set<string>();
    let unused = 0;
    for (let slot = 0; slot < 32; slot++) {
      const word = records.words[superSlab * 32 + slot];
      const [state, kind] = [stateOf(word), kindOf(word)];
      const slab = state === SlotState.ACTIVE && (kind === PageKind.TINY || kind === PageKind.MID);
      if (state === SlotState.UNUSED) unused |= 1 << slot;
      if (state === SlotState.EMPTY) belongs.add('empty').add(`empties ${classIn(word)}`);
      if (slab) belongs.add(`holds ${classIn(word)}`);
      if (kind === PageKind.LARGE && ownerOf(word) !== 0) belongs.add('kept');
      if (slab && ownerOf(word) === 0) belongs.add(`abandoned ${classIn(word)}`);
    }
    const tier = registry.tier(superSlab);
    if (unused !== 0 && tier === Tier.HOT) belongs.add('open');
    if (unused !== 0 && tier === Tier.DRAINING) belongs.add('draining');
    if (hints.unused(superSlab) !== unused) {
      const bits = (mask: number): string => (mask >>> 0).toString(2);
      off.push(`unused of ${superSlab}: hint ${bits(hints.unused(superSlab))}, page words ${bits(unused)}`);
    }
    const compare = (name: string, set: SuperSlabSet): void => {
      const has = hints.has(set, superSlab);
      if (has === belongs.has(name) || (has && mayStay(name, superSlab))) return;
      off.push(`${name} of ${superSlab}: hint ${has}`);
    };
    compare('open', hints.open);
    compare('draining', hints.draining);
    compare('empty', hints.empty);
    compare('kept', hints.kept);
    for (let c = 0; c < CLASS_COUNT; c++) {
      compare(`holds ${c}`, hints.holds(c));
      compare(`empties ${c}`, hints.empties(c));
      compare(`abandoned ${c}`, hints.abandoned(c));
    }
  }
  return off;
}
