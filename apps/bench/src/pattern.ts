/**
 * What the checkers write into blocks and look for later: every holder of a block has a pattern of bytes of its own.
 *
 * Blocks up to WHOLE_BYTES are filled and compared whole, larger ones at both ends and at every 64th byte between, so that a
 * large block costs little and still every cache line counts.
 */

export const GRANULE_BYTES = 16;
const WHOLE_BYTES = 1_024;
const END_BYTES = 64;
const STRIDE_BYTES = 64;

/** Writes the pattern of `holder` over `bytes` bytes at `address`. */
export function fillPattern(memory: Uint8Array, holder: number, address: number, bytes: number): void {
  for (let i = 0; i < bytes; i = nextOffset(i, bytes)) memory[address + i] = patternByte(holder, i);
}

/** The pattern was written over `written` bytes. What is not there of its first `kept`, in words; nothing when all is. */
export function findDamage(
  memory: Uint8Array,
  holder: number,
  address: number,
  written: number,
  kept: number,
): string | undefined {
  for (let i = 0; i < kept; i = nextOffset(i, written)) {
    const expected = patternByte(holder, i);
    const found = memory[address + i];
    if (found !== expected) return `byte ${i} of ${written} is ${found}, ${expected} was written`;
  }
  return undefined;
}

/** What is not zero of `bytes` bytes, in words; nothing when all is. */
export function findNonZero(memory: Uint8Array, address: number, bytes: number): string | undefined {
  for (let i = 0; i < bytes; i++) {
    if (memory[address + i] !== 0) return `byte ${i} of ${bytes} is ${memory[address + i]}`;
  }
  return undefined;
}

/** A block of 0 bytes has a granule of its own, too. */
export function granulesOf(bytes: number): number {
  return Math.ceil(Math.max(bytes, 1) / GRANULE_BYTES);
}

/** The offset to look at after `i` in a block of `bytes`: the next one, or the next of each stride in the middle. */
function nextOffset(i: number, bytes: number): number {
  if (bytes <= WHOLE_BYTES || i < END_BYTES || i >= bytes - END_BYTES) return i + 1;
  return Math.min(i + STRIDE_BYTES, bytes - END_BYTES);
}

/** Byte `i` of the pattern of `holder`. Never 0, so that zeroed memory is no pattern. */
function patternByte(holder: number, i: number): number {
  return ((Math.imul(holder, 0x9e3779b1) >>> 16) ^ Math.imul(i, 167) ^ (i >>> 8)) & 0xff || 0xa5;
}
