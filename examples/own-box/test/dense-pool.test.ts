/** The dense pool keeps its contract, in several configurations; hands out the fullest slab; and serves a whole heap. */

import { PlainSource, run, Stage, warmSuite } from '@hakmem/conformance';
import { NOTE_ROOM, noteOf, type PageIndex, POLICY_WARM_SIZE } from '@hakmem/contracts';
import { compose, sharedMemory } from 'hakmem';
import { describe, expect, test } from 'vitest';
import { densePool } from '../src/dense-pool.js';

for (const [size, prefill] of [
  [16, 3],
  [4, 0],
  [1, 16],
]) {
  run(warmSuite({ recipe: densePool, size, prefill }), { test, describe });
}

/** A pool over a parent, and slabs of class 3 with so many blocks of room, offered in this order. */
function offered(size: number, ...rooms: readonly number[]) {
  const stage = new Stage({ words: densePool().words });
  const parent = new PlainSource(stage.records);
  const pool = densePool().build(stage.scope(), parent);
  stage.setPolicy(POLICY_WARM_SIZE, size);
  const roomOf = (head: PageIndex) => stage.records.words[noteOf(head) + NOTE_ROOM];
  for (const room of rooms) {
    const head = parent.make(3);
    stage.records.words[noteOf(head) + NOTE_ROOM] = room;
    pool.offer(3, head);
  }
  return { pool, parent, roomOf };
}

test('the fullest slab goes out first, whenever it was offered', () => {
  const { pool, roomOf } = offered(16, 30, 10, 40, 20);
  expect([1, 2, 3, 4].map(() => roomOf(pool.acquire(3)))).toEqual([10, 20, 30, 40]);
});

test('of a full pool the emptiest goes to the parent, be it the new one', () => {
  const { parent, roomOf } = offered(2, 30, 10, 40, 20);
  expect(parent.holds(3).map(roomOf)).toEqual([40, 30]);
});

test('a heap with it, every box behind its checks, serves and ends with its records in order', () => {
  const memory = sharedMemory({ maxBytes: 2 ** 22 });
  const heap = compose({ memory, warm: densePool(), checked: true });
  const blocks = Array.from({ length: 2_000 }, (_, i) => heap.malloc(16 + (i % 40) * 16));
  for (const [i, address] of blocks.entries()) if (i % 7 > 0) heap.free(address);
  expect(heap.stats().warmPool?.hits).toBeGreaterThan(0);
  expect(heap.verify().problems).toEqual([]);
});
