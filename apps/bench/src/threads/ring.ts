/**
 * A ring through which one Worker passes addresses to one other.
 *
 *   words   ┌ line ┌ tail ┐ line ┌ head ┐ line ┌ entries: capacity × u32 ┐ line ┐
 *
 * `tail` counts the entries written, `head` the entries read, both modulo 2³²; each has one writer. 0 ≤ tail − head ≤ capacity.
 * Both sides keep their own count beside the published one: it is published after every BATCH entries, and when the side finds
 * the ring full or empty, which is when the other may wait for it. So the lines of the counts change hands once per batch, and a
 * side that looks again and again does not write.
 *
 * The store of `tail` pairs with the load in `ready`: the entries before it are visible. The store of `head` pairs with the
 * load in `room`: the entries before it have been read and may be overwritten.
 */

import { LINE_BYTES, LINE_WORDS, padded } from './lines.js';

/** A power of two. */
const BATCH = 128;
const ENTRIES_PER_LINE = 16;
const TAIL = LINE_WORDS;
const HEAD = 2 * LINE_WORDS;
const ENTRIES_OFFSET = 3 * LINE_BYTES;

/** Bytes of a ring of `capacity` entries, a power of two from BATCH on; a multiple of a line. */
export function ringBytes(capacity: number): number {
  return ENTRIES_OFFSET + padded(4 * capacity);
}

/** The side that writes. */
export class RingWriter {
  private tail: number;
  private published: number;
  private headSeen: number;
  private readonly words: Int32Array;
  private readonly entries: Uint32Array;
  private readonly mask: number;

  /** The ring is at `offset`, its memory zero or as the two sides left it. */
  constructor(memory: SharedArrayBuffer, offset: number, capacity: number) {
    this.words = new Int32Array(memory, offset, ENTRIES_OFFSET / 4);
    this.entries = new Uint32Array(memory, offset + ENTRIES_OFFSET, capacity);
    this.mask = capacity - 1;
    this.tail = Atomics.load(this.words, TAIL);
    this.published = this.tail;
    this.headSeen = Atomics.load(this.words, HEAD);
  }

  /** How many entries may be pushed now, at most `wanted`. */
  room(wanted: number): number {
    let room = this.mask + 1 - ((this.tail - this.headSeen) | 0);
    if (room < wanted) {
      this.headSeen = Atomics.load(this.words, HEAD);
      room = this.mask + 1 - ((this.tail - this.headSeen) | 0);
      if (room === 0) this.publish();
    }
    room = Math.min(room, wanted);
    this.claimLines(room);
    return room;
  }

  /** There must be room. */
  push(value: number): void {
    this.entries[this.tail & this.mask] = value;
    this.tail = (this.tail + 1) | 0;
    if ((this.tail & (BATCH - 1)) === 0) this.publish();
  }

  /** Lets the reader see all that was pushed. */
  publish(): void {
    if (this.published === this.tail) return;
    this.published = this.tail;
    Atomics.store(this.words, TAIL, this.tail);
  }

  /** Writes into each line that the next entries begin, so that the reader's processor hands them over all at once. */
  private claimLines(entries: number): void {
    for (let i = ENTRIES_PER_LINE - (this.tail & (ENTRIES_PER_LINE - 1)); i < entries; i += ENTRIES_PER_LINE) {
      this.entries[(this.tail + i) & this.mask] = 0;
    }
  }
}

/** The side that reads. */
export class RingReader {
  private head: number;
  private published: number;
  private tailSeen: number;
  private readonly words: Int32Array;
  private readonly entries: Uint32Array;
  private readonly mask: number;

  constructor(memory: SharedArrayBuffer, offset: number, capacity: number) {
    this.words = new Int32Array(memory, offset, ENTRIES_OFFSET / 4);
    this.entries = new Uint32Array(memory, offset + ENTRIES_OFFSET, capacity);
    this.mask = capacity - 1;
    this.head = Atomics.load(this.words, HEAD);
    this.published = this.head;
    this.tailSeen = Atomics.load(this.words, TAIL);
  }

  /** How many entries may be popped now, at most `wanted`. */
  ready(wanted: number): number {
    let ready = (this.tailSeen - this.head) | 0;
    if (ready < wanted) {
      this.tailSeen = Atomics.load(this.words, TAIL);
      ready = (this.tailSeen - this.head) | 0;
      if (ready === 0) this.publish();
    }
    return Math.min(ready, wanted);
  }

  /** There must be one ready. */
  pop(): number {
    const value = this.entries[this.head & this.mask];
    this.head = (this.head + 1) | 0;
    if ((this.head & (BATCH - 1)) === 0) this.publish();
    return value;
  }

  private publish(): void {
    if (this.published === this.head) return;
    this.published = this.head;
    Atomics.store(this.words, HEAD, this.head);
  }
}
