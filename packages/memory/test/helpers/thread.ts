// The other thread of threads.test.ts: opens the space of a handle that it is sent, and does to it what it is told.

import { parentPort, workerData } from 'node:worker_threads';
import type { Capabilities, SpaceHandle } from '@hakmem/contracts';
import { openMemory } from '../../src/index.js';

/** What the thread can be told to do. */
export type Order =
  | { readonly do: 'look' }
  | { readonly do: 'commit'; readonly pages: number }
  | { readonly do: 'write'; readonly at: number; readonly value: number }
  | { readonly do: 'read'; readonly at: number };

/** What it answers: the result, and what it sees of the space. */
export interface Answer {
  readonly result: boolean | number | undefined;
  readonly kind: string;
  readonly capabilities: Capabilities;
  readonly firstPage: number;
  readonly pageLimit: number;
  readonly committedPages: number;
  readonly bytes: number;
}

const space = openMemory(workerData as SpaceHandle);

function obey(order: Order): boolean | number | undefined {
  if (order.do === 'commit') return space.commit(order.pages);
  if (order.do === 'look') return undefined;
  // Atomics: the order of messages is none of the memory's.
  const words = new Int32Array(space.bytes().buffer, 0);
  if (order.do === 'write') Atomics.store(words, order.at >>> 2, order.value);
  return Atomics.load(words, order.at >>> 2);
}

parentPort?.on('message', (order: Order) => {
  const result = obey(order);
  const { kind, capabilities, firstPage, pageLimit, committedPages } = space;
  const bytes = space.bytes().length;
  const answer: Answer = { result, kind, capabilities, firstPage, pageLimit, committedPages, bytes };
  parentPort?.postMessage(answer);
});
