/** Whether the live blocks of the heap are those that the ledger has; all programs stand still. */

import type { Heap } from 'hakmem';
import { addressesIn, DOING, HAND, listOf, MAIL, placeOf } from './ledger.ts';

/** The live blocks, by who has them. */
export interface Accounts {
  readonly mail: readonly number[];
  /** In the list of the program that was terminated. */
  readonly left: readonly number[];
  /** Live and in no list: what that program had in hand. */
  readonly strays: readonly number[];
  /** How many strays there can be. */
  readonly mostStrays: number;
  /** In a list and not live, or in two. */
  readonly wrong: readonly number[];
}

/** The accounts when only the program of place `terminated` has not given back its blocks. */
export function accountsOf(heap: Heap, ledger: Int32Array, terminated: number): Accounts {
  const live = new Set<number>();
  heap.walk((address) => live.add(address));
  const place = placeOf(ledger, terminated);
  const mail = addressesIn(ledger.subarray(0, MAIL));
  const left = addressesIn(listOf(place));
  const strays = new Set(live);
  const wrong = [...mail, ...left].filter((address) => !strays.delete(address));
  const hand = (place[HAND] as number) * 16;
  const mostStrays = (strays.has(hand) ? 1 : 0) + (place[DOING] === 0 ? 0 : 1);
  return { mail, left, strays: [...strays], mostStrays, wrong };
}
