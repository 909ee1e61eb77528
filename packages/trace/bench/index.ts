/**
 * What recording costs, in nanoseconds per call beside the heap's own, and what reading and writing a trace costs, per
 * event.
 */

import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';
import { decodeTrace, encodeTrace, type RecordableHeap, recordTrace } from '@hakmem/trace';

const PAIRS = 10_000;
const now = (): number => performance.now() * 1e6;

/** The least that a heap can do: one address, again and again. */
class OneBlock {
  malloc(_bytes: number): number {
    return 16;
  }
  free(_address: number): void {}
}
const heap = new OneBlock() as unknown as RecordableHeap;

/** A line of the table: nanoseconds per malloc or free of what `prepare` makes anew for each sample. */
function line(name: string, prepare: () => Pick<RecordableHeap, 'malloc' | 'free'>): void {
  bench(name, function* () {
    yield {
      manual: () => {
        const subject = prepare();
        let sum = 0;
        const start = now();
        for (let i = 0; i < PAIRS; i++) {
          const address = subject.malloc(i);
          sum ^= address;
          subject.free(address);
        }
        const spent = now() - start;
        do_not_optimize(sum);
        return spent / (2 * PAIRS);
      },
    };
  });
}

/** A trace of as many pairs. */
function recorded(): ReturnType<typeof recordTrace> {
  const recorder = recordTrace(heap, { maxEvents: 2 * PAIRS });
  for (let i = 0; i < PAIRS; i++) recorder.free(recorder.malloc(i));
  return recorder;
}

/** A line of the table: nanoseconds per event of that trace. */
function perEvent(name: string, work: () => unknown): void {
  bench(name, function* () {
    yield {
      manual: () => {
        const start = now();
        do_not_optimize(work());
        return (now() - start) / (2 * PAIRS);
      },
    };
  });
}

group('ns per malloc or free', () => {
  line('nothing: the loop, not recorded', () => heap);
  const { log } = recordTrace(heap, { maxEvents: 2 * PAIRS });
  line('recorded', () => {
    new Uint32Array(log).fill(0, 1, 2);
    return recordTrace(heap, { log });
  });
  line('the log is full', () => recordTrace(heap, { maxEvents: 1 }));
  line('stopped', () => {
    const recorder = recordTrace(heap, { maxEvents: 1 });
    recorder.stop();
    return recorder;
  });
});

group('ns per event', () => {
  const recorder = recorded();
  const trace = recorder.trace();
  const bytes = encodeTrace(trace);
  perEvent('trace()', () => recorder.trace());
  perEvent('encodeTrace', () => encodeTrace(trace));
  perEvent('decodeTrace', () => decodeTrace(bytes));
});

await run();
