/**
 * AssemblyScript's own allocator (TLSF) behind exports, and nothing else; compiled by asc with the settings of ../asconfig.json,
 * once with a memory of its own and once for a shared memory that is imported. Blocks are aligned to 16 bytes. The garbage collector that asc brings along is never used.
 */

export function malloc(bytes: usize): usize {
  return heap.alloc(bytes);
}

export function calloc(count: usize, bytes: usize): usize {
  const total = count * bytes;
  const address = heap.alloc(total);
  memory.fill(address, 0, total);
  return address;
}

export function realloc(address: usize, bytes: usize): usize {
  return heap.realloc(address, bytes);
}

export function free(address: usize): void {
  heap.free(address);
}
