/**
 * How much of a buffer is resident, as the kernel knows it.
 *
 * JavaScript cannot learn the address of a buffer. So its mapping is found by its size, right after it was made: large
 * buffers are mapped one by one, with up to two pages for the C library's header (/proc/self/smaps). A caller makes its
 * buffers of sizes that nothing else has. Later the kernel may join the mapping with a neighbour, and sizes no longer tell;
 * so what is counted then are the pages in the range of addresses, one by one (/proc/self/pagemap): those that are present
 * and the process's own, which leaves out the shared page of zeros that mere reading maps, and those that are swapped out.
 *
 * Where there is no such file, or no one mapping fits, the answer is undefined.
 */

import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';

export interface Mapping {
  /** Address of the first byte. */
  readonly start: number;
  readonly bytes: number;
  /** Bytes in a page of the kernel. */
  readonly pageBytes: number;
}

const SMAPS = '/proc/self/smaps';
const PAGEMAP = '/proc/self/pagemap';
const HEADER_BYTES = 8_192;
const ENTRY_BYTES = 8;
/** Bits of the upper half of an entry: present, swapped, mapped by this process alone. */
const PRESENT = 1 << 31;
const SWAPPED = 1 << 30;
const EXCLUSIVE = 1 << 24;

/** The one writable mapping that has `low` to `high` bytes, or a header more. */
export function findMapping(low: number, high: number): Mapping | undefined {
  return existsSync(SMAPS) ? findMappingIn(readFileSync(SMAPS, 'utf8'), low, high) : undefined;
}

/** The same for the text of an smaps file. */
export function findMappingIn(smaps: string, low: number, high: number): Mapping | undefined {
  const fitting = [...smaps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw.*\n(?:\w+: .*\n)*?KernelPageSize: +(\d+) kB/gm)]
    .map(([, from, to, kilobytes]) => {
      const start = Number.parseInt(from, 16);
      return { start, bytes: Number.parseInt(to, 16) - start, pageBytes: Number(kilobytes) * 1024 };
    })
    .filter(({ bytes }) => bytes >= low && bytes <= high + HEADER_BYTES);
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Bytes of the mapping's pages that the process has in memory or in swap. */
export function residentBytes({ start, bytes, pageBytes }: Mapping): number | undefined {
  if (!existsSync(PAGEMAP)) return undefined;
  const entries = Buffer.alloc((bytes / pageBytes) * ENTRY_BYTES);
  const file = openSync(PAGEMAP, 'r');
  const read = readSync(file, entries, 0, entries.length, (start / pageBytes) * ENTRY_BYTES);
  closeSync(file);
  return read === entries.length ? countPages(entries) * pageBytes : undefined;
}

/** Pages that are present and exclusive, or swapped, in entries of pagemap. */
export function countPages(entries: Buffer): number {
  let pages = 0;
  for (let at = 4; at < entries.length; at += ENTRY_BYTES) {
    const upper = entries.readInt32LE(at);
    const own = (upper & PRESENT) !== 0 && (upper & EXCLUSIVE) !== 0;
    if (own || (upper & SWAPPED) !== 0) pages++;
  }
  return pages;
}
