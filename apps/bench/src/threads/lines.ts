/**
 * Cache lines. What different Workers write stands on different lines, or each write would take the line away from the
 * other. Processors fetch lines of 64 bytes in pairs, hence 128.
 */

export const LINE_BYTES = 128;
export const LINE_WORDS = 32;

/** Room for `bytes` whose lines nothing else is on, wherever the buffer begins; a multiple of a line. */
export function padded(bytes: number): number {
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES + LINE_BYTES;
}
