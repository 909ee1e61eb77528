/**
 * Canaries: bytes that depend on their address and are 0x80 or above, so that a write of zeros, of text or of a small
 * number is noticed at every place, and a copy from one canary over another at most.
 */

/** The canary byte at `address`. */
export function canaryAt(address: number): number {
  return 0x80 | ((address * 37 + (address >>> 7)) & 0x7f);
}

/** Writes the canary from `start` to `end`. */
export function plant(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; at++) bytes[at] = canaryAt(at);
}

/** First address from `start` to `end` at which the canary was overwritten; -1 when it is whole. */
export function firstBroken(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] !== canaryAt(at)) return at;
  return -1;
}

/** How many bytes of the canary from `start` to `end` were overwritten. */
export function countBroken(bytes: Uint8Array, start: number, end: number): number {
  let broken = 0;
  for (let at = start; at < end; at++) if (bytes[at] !== canaryAt(at)) broken++;
  return broken;
}
