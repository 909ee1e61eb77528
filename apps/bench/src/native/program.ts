/**
 * The program of a replay as the native program reads it (../../native/replay.h):
 *
 *   u32 length │ u32 objects │ u32 object × n │ u32 size × n │ u8 operation × n │ u8 log2 of alignment × n       n = length
 *
 * Numbers are as this machine has them: both ends are on it.
 */

import type { Program } from '../workloads/workload.js';

export function programBytes({ length, objects, object, size, op, alignLog2 }: Program): Uint8Array {
  const planes = [Uint32Array.of(length, objects), object, size, op, alignLog2];
  const bytes = new Uint8Array(planes.reduce((sum, plane) => sum + plane.byteLength, 0));
  let end = 0;
  for (const plane of planes) {
    bytes.set(new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength), end);
    end += plane.byteLength;
  }
  return bytes;
}
