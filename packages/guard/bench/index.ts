/**
 * What guarding costs: nanoseconds per malloc and free of the heap, bare and with one layer after the other around it, and of
 * what is done rarely, per block.
 */

import { guarded, type Layer, poison, quarantine, redzones, sites } from '@hakmem/guard';
import { bench, do_not_optimize, group, run } from '@hakmem/tooling-bench';
import { createHeap } from 'hakmem';

const PAIRS = 2_000;
const BYTES = 64;
const now = (): number => performance.now() * 1e6;

interface Subject {
  malloc(bytes: number): number;
  free(address: number): void;
}

/** A line of the table: nanoseconds per pair of malloc and free. */
function line(name: string, subject: Subject, bytes = BYTES): void {
  bench(name, function* () {
    yield {
      manual: () => {
        let sum = 0;
        const start = now();
        for (let i = 0; i < PAIRS; i++) {
          const address = subject.malloc(bytes);
          sum ^= address;
          subject.free(address);
        }
        const spent = now() - start;
        do_not_optimize(sum);
        return spent / PAIRS;
      },
    };
  });
}

const heap = () => createHeap({ env: false });
const silent = { report: () => {} };
const around = (...layers: Layer[]): Subject => guarded(heap(), layers, silent);

group(`ns per malloc and free of ${BYTES} bytes`, () => {
  line('the heap', heap());
  line('no layers', around());
  line('redzones', around(redzones()));
  line('poison', around(poison({ fresh: 0xcd })));
  line('quarantine', around(quarantine()));
  line('sites, every block', around(sites()));
  line('sites, each 100th block', around(sites({ every: 100 })));
  line('redzones, poison, quarantine', around(redzones(), poison(), quarantine()));
  line('all, every site', around(redzones(), poison({ fresh: 0xcd }), sites(), quarantine()));
  line('all, each 100th site', around(redzones(), poison({ fresh: 0xcd }), sites({ every: 100 }), quarantine()));
});

group('ns per malloc and free of 64 KiB', () => {
  line('the heap', heap(), 65_536);
  line('redzones', around(redzones()), 65_536);
  line('redzones, poison, quarantine', around(redzones(), poison(), quarantine()), 65_536);
});

group('ns per live block', () => {
  const subject = guarded(heap(), [redzones(), sites({ every: 10 })], silent);
  for (let i = 0; i < PAIRS; i++) subject.malloc(BYTES);
  for (const verb of ['check', 'leaks'] as const) {
    bench(`${verb}()`, function* () {
      yield {
        manual: () => {
          const start = now();
          do_not_optimize(subject[verb]());
          return (now() - start) / PAIRS;
        },
      };
    });
  }
});

await run();
