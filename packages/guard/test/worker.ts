/** A thread with a guard of its own, told step by step what to do; it answers each step with what came of it. */

import { parentPort, workerData } from 'node:worker_threads';
import { attachHeap, type HeapHandle } from 'hakmem';
import { type GuardError, guarded, poison, quarantine, redzones, sites } from '../src/index.js';

/** What a Worker is asked to do. */
export type Step =
  | { readonly do: 'make'; readonly bytes: readonly number[]; readonly alignment?: number }
  | { readonly do: 'free' | 'usableSize'; readonly address: number }
  | { readonly do: 'realloc'; readonly address: number; readonly bytes: number }
  | { readonly do: 'leaks' | 'flush' | 'detach' };

/** What came of it: addresses or numbers, leaks, faults, or the error. */
export interface Answer {
  readonly numbers?: number[];
  readonly leaks?: { blocks: number; bytes: number; site: string | null }[];
  readonly faults?: { name: string; address: number; allocated: string | null }[];
  readonly error?: { name: string; address: number; message: string };
}

const { handle, width } = workerData as { handle: HeapHandle; width: number };
const reports: GuardError[] = [];
const layers = [redzones({ bytes: width }), poison(), sites(), quarantine({ blocks: 4 })];
const heap = guarded(attachHeap(handle), layers, { report: ({ faults }) => reports.push(...faults) });

const plain = (faults: readonly GuardError[]): NonNullable<Answer['faults']> =>
  faults.map(({ name, address, sites: { allocated } }) => ({ name, address, allocated }));

function makeInWorker(bytes: number, alignment: number): number {
  return heap.alignedAlloc(alignment, bytes);
}

function perform(step: Step): Answer {
  switch (step.do) {
    case 'make':
      return { numbers: step.bytes.map((bytes) => makeInWorker(bytes, step.alignment ?? 16)) };
    case 'free':
      heap.free(step.address);
      return {};
    case 'usableSize':
      return { numbers: [heap.usableSize(step.address)] };
    case 'realloc':
      return { numbers: [heap.realloc(step.address, step.bytes)] };
    case 'leaks':
      return { leaks: heap.leaks().groups.map((group) => ({ ...group })) };
    case 'flush':
      return { faults: plain(heap.flush()) };
    case 'detach':
      heap.detach();
      return { faults: plain(reports) };
  }
}

parentPort?.on('message', (step: Step) => {
  let answer: Answer;
  try {
    answer = perform(step);
  } catch (thrown) {
    const { name, address, message } = thrown as GuardError;
    answer = { error: { name, address, message } };
  }
  parentPort?.postMessage(answer);
  if (step.do === 'detach') parentPort?.close();
});
