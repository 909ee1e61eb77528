/**
 * The atomic operations that boxes use on shared words. Where other threads can be they are `Atomics`; where none can,
 * plain reads and writes of the same names, so that a heap of one thread pays for none of them. A box takes them from its
 * records and never names `Atomics` itself.
 *
 * Cold paths only: the hot path of a slab's owner uses plain reads and writes whatever the heap is.
 */

/** Words or live bytes. */
export type Cells = Int32Array | Uint8Array;

/** The operations of `Atomics` that boxes use. As there, each returns the value before, but store the value stored. */
export interface AtomicOps {
  load(cells: Cells, index: number): number;
  store(cells: Cells, index: number, value: number): number;
  exchange(cells: Cells, index: number, value: number): number;
  compareExchange(cells: Cells, index: number, expected: number, value: number): number;
  add(cells: Cells, index: number, value: number): number;
  and(cells: Cells, index: number, value: number): number;
  or(cells: Cells, index: number, value: number): number;
}

/** Plain reads and writes, for memory that one thread alone can see. */
export const PLAIN: AtomicOps = {
  load: (cells, index) => cells[index],
  store: (cells, index, value) => (cells[index] = value),
  exchange(cells, index, value) {
    const before = cells[index];
    cells[index] = value;
    return before;
  },
  compareExchange(cells, index, expected, value) {
    const before = cells[index];
    if (before === expected) cells[index] = value;
    return before;
  },
  add(cells, index, value) {
    const before = cells[index];
    cells[index] = before + value;
    return before;
  },
  and(cells, index, value) {
    const before = cells[index];
    cells[index] = before & value;
    return before;
  },
  or(cells, index, value) {
    const before = cells[index];
    cells[index] = before | value;
    return before;
  },
};

/** The operations for these cells: `Atomics` when their buffer is shared, {@link PLAIN} when it is not. */
export function atomicsFor(cells: Cells): AtomicOps {
  const shared = typeof SharedArrayBuffer !== 'undefined' && cells.buffer instanceof SharedArrayBuffer;
  return shared ? Atomics : PLAIN;
}
