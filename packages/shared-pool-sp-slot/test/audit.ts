/** What must hold of a pool at rest, as the conformance suite tells it, in words. */

import {
  type Census,
  censusOfPool,
  type Fault,
  faultsOfPool,
  faultsOfCapacity as ofCapacity,
} from '@hakmem/conformance';
import type { Stand } from './stand.js';

const inWords = (faults: readonly Fault[]): string[] => faults.map(({ clause, message }) => `${clause}: ${message}`);

/** What a walk over page words, notes and live bytes finds; what is wrong, in words. */
export function census(at: Stand): Omit<Census, 'wrong'> & { readonly wrong: string[] } {
  const { slabs, runs, kept, unused, empty, wrong } = censusOfPool(at);
  return { slabs, runs, kept, unused, empty, wrong: inWords(wrong) };
}

/** Everything that is wrong while nothing goes on: the walk's findings and what `verify` reports. */
export function faults(at: Stand): string[] {
  return inWords(faultsOfPool(at));
}

/** Lets go of everything, then takes all there is; says what went wrong. The stand is of no use afterwards. */
export function faultsOfCapacity(at: Stand): string[] {
  return inWords(ofCapacity(at));
}
