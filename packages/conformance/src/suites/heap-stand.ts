/** What is asked of a heap under test, by its verbs alone: its blocks, their contents, its lines of bytes, its wrong calls. */

import { type Allocator, type ClauseId, Inspection, type Values } from '@hakmem/contracts';
import { errorOf } from './recipe.js';

/** A heap, and the checks of its contract. */
export class HeapStand {
  readonly heap: Allocator;
  readonly inspection: Inspection;

  constructor(heap: Allocator, name: string) {
    this.heap = heap;
    this.inspection = new Inspection(name);
  }

  must(id: ClauseId, holds: boolean, call: string, values: Values = {}): void {
    this.inspection.must(id, holds, call, values);
  }

  /** The live blocks that a walk visits, in its order. */
  live(): { readonly address: number; readonly bytes: number }[] {
    const live: { address: number; bytes: number }[] = [];
    this.heap.walk((address, bytes) => {
      live.push({ address, bytes });
    });
    return live;
  }

  /** Every equation holds, every byte is in one line, a walk ascends and visits nothing twice. */
  sound(call: string): void {
    const { ok, problems } = this.heap.verify();
    this.must('GENERAL-F', ok && problems.length === 0, call, {
      problems: problems.map(({ message }) => message).join('; '),
    });
    const { capacity, ...lines } = this.heap.stats().bytes as Readonly<Record<string, number>>;
    const sum = Object.values(lines).reduce((total, bytes) => total + bytes, 0);
    this.must('HEAP-5', sum === capacity && Object.values(lines).every((bytes) => bytes >= 0), call, { sum, capacity });
    let end = 0;
    this.heap.walk((address, bytes) => {
      if (address < end) this.must('HEAP-6', false, call, { address, endOfTheOneBefore: end });
      end = address + bytes;
    });
  }

  /** How many blocks are live, and a hash of their addresses and lengths (FNV-1a, of words). */
  digest(): string {
    let blocks = 0;
    let hash = 0x811c9dc5;
    this.heap.walk((address, bytes) => {
      blocks++;
      hash = Math.imul(Math.imul(hash ^ address, 0x01000193) ^ bytes, 0x01000193);
    });
    return `${blocks} live blocks, hash ${hash >>> 0}`;
  }

  /** Runs what must not change which blocks are live; `look` says what else it must not change. */
  unchanged<T>(id: ClauseId, call: string, act: () => T, look: () => unknown = () => null): T {
    const picture = (): string => `${this.digest()} ${JSON.stringify(look())}`;
    const before = picture();
    const answer = act();
    const after = picture();
    this.must(id, before === after, call, before === after ? {} : { before, after });
    return answer;
  }

  /** A call that must throw an error with the code, and change nothing. */
  refuses(id: ClauseId, call: string, code: string, act: () => unknown): void {
    const error = this.unchanged(
      id,
      call,
      () => errorOf(act),
      () => this.heap.stats().bytes,
    ) as { readonly code?: string } | null;
    this.must(id, error instanceof Error && error.code === code, call, { expected: code, error: String(error) });
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.heap.buffer, address, length);
  }

  /** Writes a pattern over both ends of a block, up to 256 bytes each, that says which block it is. */
  stamp(address: number, bytes: number, tag: number): void {
    for (const [from, to] of edges(bytes)) {
      const view = this.bytes(address + from, to - from);
      for (let i = 0; i < view.length; i++) view[i] = pattern(tag, from + i);
    }
  }

  /** The first `kept` bytes of the block are as stamped when it had `bytes`. */
  stamped(id: ClauseId, call: string, address: number, bytes: number, tag: number, kept: number = bytes): void {
    for (const [from, to] of edges(bytes)) {
      if (kept <= from) break;
      const view = this.bytes(address + from, Math.min(to, kept) - from);
      const at = view.findIndex((byte, i) => byte !== pattern(tag, from + i));
      this.must(id, at === -1, call, { address, byte: from + at, is: view[at], expected: pattern(tag, from + at) });
    }
  }

  /** Mallocs blocks of so many bytes until the answer is 0. */
  fill(bytes: number, most = 1_000_000): number[] {
    const addresses: number[] = [];
    while (addresses.length < most) {
      const address = this.heap.malloc(bytes);
      if (address === 0) break;
      addresses.push(address);
    }
    return addresses;
  }

  /** Frees every live block and lets go of all that can be let go of. */
  empty(): void {
    for (const { address } of this.live()) this.heap.free(address);
    this.heap.collect({ force: true });
  }
}

function pattern(tag: number, index: number): number {
  return (tag * 31 + index * 7 + 1) & 255;
}

function edges(bytes: number): [number, number][] {
  return bytes <= 512
    ? [[0, bytes]]
    : [
        [0, 256],
        [bytes - 256, bytes],
      ];
}
