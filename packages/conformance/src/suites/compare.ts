/** Where two arrays differ, quickly: live bytes are many. */

/** Index of the first difference of two arrays of one length; -1: they are alike. Bytes are compared four at a time. */
export function firstDifference(one: Int32Array | Uint8Array, other: Int32Array | Uint8Array): number {
  const width = 4 / one.BYTES_PER_ELEMENT;
  const [a, b] = [wordsOf(one), wordsOf(other)];
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return i * width;
  }
  return -1;
}

function wordsOf(cells: Int32Array | Uint8Array): Int32Array {
  return new Int32Array(cells.buffer, cells.byteOffset, cells.byteLength >>> 2);
}
