// The cost of the calls of an address space: bytes(), a commit of what is there, and growing and shrinking by a SuperSlab.

import { type AddressSpace, PAGE_BYTES, SLOTS_PER_SUPERSLAB, SUPERSLAB_BYTES } from '@hakmem/contracts';
import { localMemory, sharedMemory, wasmMemory } from '@hakmem/memory';
import { bench, do_not_optimize, group, note, run } from '@hakmem/tooling-bench';

const MIB_64 = 64 * 1_048_576;
const PAGES = MIB_64 / PAGE_BYTES;

function committed(space: AddressSpace): AddressSpace {
  space.commit(PAGES);
  return space;
}

const spaces: [name: string, space: AddressSpace][] = [
  ['shared', committed(sharedMemory({ maxBytes: MIB_64 }))],
  ['local', committed(localMemory({ maxBytes: MIB_64 }))],
  ['wasm', committed(wasmMemory(new WebAssembly.Memory({ initial: 1 })))],
  ['wasm shared', committed(wasmMemory(new WebAssembly.Memory({ initial: 1, maximum: PAGES, shared: true })))],
];

for (const [name, space] of spaces) {
  group(name, () => {
    bench(`${name}: bytes()`, () => do_not_optimize(space.bytes()));
    bench(`${name}: commit of what is there`, () => do_not_optimize(space.commit(PAGES)));
  });
}

group('local, by one SuperSlab', () => {
  const local = localMemory({ maxBytes: 2 * MIB_64 });
  local.commit(PAGES);
  const grow = (): void => {
    local.commit(PAGES + SLOTS_PER_SUPERSLAB);
  };
  bench('commit, release', () => {
    grow();
    local.release(PAGES);
    do_not_optimize(local.committedPages);
  });
  bench('commit, touch every page of 4 KiB, release', () => {
    grow();
    const bytes = local.bytes();
    for (let at = MIB_64; at < MIB_64 + SUPERSLAB_BYTES; at += 4_096) bytes[at] = 1;
    local.release(PAGES);
    do_not_optimize(local.committedPages);
  });
});

await run();

// A wasm memory cannot shrink, so its growth is not repeated by the runner: one memory, grown by 256 MiB.
for (const [name, memory] of [
  ['wasm', new WebAssembly.Memory({ initial: 1, maximum: 65_536 })],
  ['wasm shared', new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true })],
] as const) {
  const space = wasmMemory(memory);
  const steps = 128;
  const start = performance.now();
  for (let i = 1; i <= steps; i++) do_not_optimize(space.commit(i * SLOTS_PER_SUPERSLAB));
  const each = ((performance.now() - start) * 1_000) / steps;
  note(`${name}: commit of one more SuperSlab, mean of ${steps}`, each, 'µs');
}
