/** A writer of the format that checks nothing, for tests of what decodeTrace refuses. */

export interface EventRecord {
  readonly op: number;
  readonly tid?: number;
  readonly alignLog2?: number;
  /** Objects made so far − the object meant; 0 for an event that makes one. */
  readonly age?: number;
  readonly size?: number;
}

export function bytesOf(events: readonly EventRecord[], threads = 1): Uint8Array {
  const count = events.length;
  const bytes = new Uint8Array(16 + 11 * count);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('HAKT'));
  view.setUint32(4, 2, true);
  view.setUint32(8, count, true);
  view.setUint32(12, threads, true);
  events.forEach(({ op, tid = 0, alignLog2 = 0, age = 0, size = 0 }, i) => {
    [op, tid, alignLog2, ...littleEndian(age), ...littleEndian(size)].forEach((value, plane) => {
      bytes[16 + plane * count + i] = value;
    });
  });
  return bytes;
}

function littleEndian(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}
