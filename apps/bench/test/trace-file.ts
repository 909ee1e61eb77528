/** Writes traces for tests, event by event. */

import { encodeTrace as encode, FREE, REALLOC } from '@hakmem/trace';

export interface EventRecord {
  readonly op: number;
  readonly tid?: number;
  readonly alignLog2?: number;
  /** Objects made so far − the object meant; 0 for an event that makes one. */
  readonly age?: number;
  readonly size?: number;
}

export function encodeTrace(events: readonly EventRecord[], threads = 1): Uint8Array {
  let objects = 0;
  const object = Uint32Array.from(events, ({ op, age = 0 }) =>
    op === FREE || op === REALLOC ? objects - age : ++objects,
  );
  return encode({
    events: events.length,
    threads,
    objects,
    op: Uint8Array.from(events, ({ op }) => op),
    tid: Uint8Array.from(events, ({ tid = 0 }) => tid),
    alignLog2: Uint8Array.from(events, ({ alignLog2 = 0 }) => alignLog2),
    object,
    size: Uint32Array.from(events, ({ size = 0 }) => size),
  });
}
