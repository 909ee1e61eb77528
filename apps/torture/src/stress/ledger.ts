/**
 * What the programs of a stress run have, in shared words that no death takes along.
 *
 *   ┌ mail: 8,192 addresses ┐┌ place 0 ┐┌ place 1 ┐ …
 *   place   ┌ thread ┬ doing ┬ hand ┬ … 16 words ┐┌ 1,024 addresses ┐
 *
 * A place is a Worker's. A block that a program has is in the mail (anyone's who takes it out), in the list of a place, or in
 * hand: on its way between two of them, to the heap or from it. `doing` says where a death leaves one block in doubt: 1 in a
 * malloc, which may have handed out a block that the program has not got yet; 2 in an exchange with the mail, whose other
 * block nobody may know; 3 in a free, which may have been done or not.
 */

/** Blocks that can be in the mail. */
export const MAIL = 8_192;
/** Blocks that a Worker can have. */
export const LIST = 1_024;
export const THREAD = 0;
export const DOING = 1;
export const HAND = 2;
const HEADER = 16;
const PLACE_WORDS = HEADER + LIST;

/** Bytes of the ledger of so many places. */
export function ledgerBytes(places: number): number {
  return 4 * (MAIL + places * PLACE_WORDS);
}

/** The words of a place: its header, and its list from `HEADER_WORDS` on. */
export function placeOf(ledger: Int32Array, place: number): Int32Array {
  const start = MAIL + place * PLACE_WORDS;
  return ledger.subarray(start, start + PLACE_WORDS);
}

/** The list in the words of a place. */
export function listOf(place: Int32Array): Int32Array {
  return place.subarray(HEADER);
}
