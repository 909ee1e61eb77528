/**
 * What the programs of a trial have, in shared words that no termination takes along.
 *
 *   ┌ mail: 1,024 granules ┐┌ running ┐┌ place 0: the page ┐┌ place 1: a Worker ┐ …
 *   place   ┌ steps ┬ doing ┬ hand ┬ … 16 words ┐┌ 96 granules ┐
 *
 * A block that a program has is in the mail (anyone's who takes it out), in the list of its place, or in hand: on its way
 * between two of them, to the heap or from it. `doing` is 1 in a malloc: the heap may have handed out a block that the
 * program has not got yet; and 2 in an exchange with the mail, whose other block nobody may know.
 */

/** Blocks that can be in the mail, from word 0 on. */
export const MAIL = 1_024;
/** The word that is 1 while Workers are to go on. */
export const RUNNING = MAIL;
/** Words of a place. */
export const STEPS = 0;
export const DOING = 1;
export const HAND = 2;

const PLACES_START = MAIL + 16;
const HEADER = 16;
/** Blocks that a program can have. */
export const LIST = 96;
const PLACE_WORDS = HEADER + LIST;

/** The ledger of so many programs. */
export function makeLedger(places: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * (PLACES_START + places * PLACE_WORDS)));
}

/** The words of a place. */
export function placeOf(ledger: Int32Array, place: number): Int32Array {
  const start = PLACES_START + place * PLACE_WORDS;
  return ledger.subarray(start, start + PLACE_WORDS);
}

/** The list in the words of a place. */
export function listOf(place: Int32Array): Int32Array {
  return place.subarray(HEADER);
}

/** The addresses of the blocks in these words, those of no block left out. */
export function addressesIn(granules: Int32Array): number[] {
  return Array.from(granules, (granule) => granule * 16).filter((address) => address !== 0);
}
