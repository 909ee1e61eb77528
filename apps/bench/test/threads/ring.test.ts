import { describe, expect, it } from 'vitest';
import { pick, xorshift32 } from '../../src/random.js';
import { RingReader, RingWriter, ringBytes } from '../../src/threads/ring.js';

const CAPACITY = 256;

function ring(offset = 0) {
  const memory = new SharedArrayBuffer(offset + ringBytes(CAPACITY));
  return { memory, writer: new RingWriter(memory, offset, CAPACITY), reader: new RingReader(memory, offset, CAPACITY) };
}

function push(writer: RingWriter, from: number, count: number): void {
  for (let i = 0; i < count; i++) writer.push(from + i);
}

describe('a ring', () => {
  it('passes on what was published, in order, and nothing else', () => {
    const { writer, reader } = ring();
    expect(writer.room(10)).toBe(10);
    push(writer, 100, 10);
    expect(reader.ready(10)).toBe(0);
    writer.publish();
    expect(reader.ready(4)).toBe(4);
    expect(reader.ready(100)).toBe(10);
    expect(Array.from({ length: 10 }, () => reader.pop())).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
    expect(reader.ready(1)).toBe(0);
  });

  it('publishes by itself after a batch', () => {
    const { writer, reader } = ring();
    let pushed = 0;
    while (reader.ready(1) === 0) {
      expect(pushed).toBeLessThan(CAPACITY);
      expect(writer.room(1)).toBe(1);
      writer.push(pushed++);
    }
    expect(pushed).toBeGreaterThan(1);
    expect(reader.ready(CAPACITY)).toBe(pushed);
  });

  it.each([0, 1, 10, 127, 255])('can be filled and emptied, wherever it begins: after %i entries', (before) => {
    const { writer, reader } = ring();
    push(writer, 0, before);
    writer.publish();
    for (let left = reader.ready(before); left > 0; left--) reader.pop();
    expect(reader.ready(1)).toBe(0);
    expect(writer.room(1_000)).toBe(CAPACITY);
    push(writer, 0, CAPACITY - 1);
    expect(writer.room(100)).toBe(1);
    writer.push(CAPACITY - 1);
    expect(writer.room(1)).toBe(0);
    expect(reader.ready(1_000)).toBe(CAPACITY);
    for (let i = 0; i < CAPACITY; i++) expect(reader.pop()).toBe(i);
    expect(reader.ready(1)).toBe(0);
    expect(writer.room(1_000)).toBe(CAPACITY);
  });

  it('has room again before it is empty', () => {
    const { writer, reader } = ring();
    push(writer, 0, CAPACITY);
    expect(writer.room(1)).toBe(0);
    let popped = 0;
    while (writer.room(1) === 0) {
      expect(reader.ready(CAPACITY)).toBeGreaterThan(1);
      expect(reader.pop()).toBe(popped++);
    }
    expect(writer.room(CAPACITY)).toBe(popped);
  });

  it('keeps every entry in any order of turns, while the counts go beyond 2³¹ and 2³²', () => {
    for (const start of [0, 0x7fff_ff00, 0xffff_ff00]) {
      const { memory } = ring(1_024);
      const words = new Int32Array(memory, 1_024);
      for (const word of [32, 64]) words[word] = start;
      const writer = new RingWriter(memory, 1_024, CAPACITY);
      const reader = new RingReader(memory, 1_024, CAPACITY);
      let draw = 42;
      let written = 0;
      let read = 0;
      while (read < 5_000) {
        draw = xorshift32(draw);
        const wanted = pick(draw << 16, 100);
        if (draw < 0) {
          const count = writer.room(wanted);
          push(writer, 0xffff_0000 + written, count);
          written += count;
        } else {
          for (let left = reader.ready(wanted); left > 0; left--) expect(reader.pop()).toBe(0xffff_0000 + read++);
        }
        expect(written - read).toBeLessThanOrEqual(CAPACITY);
      }
    }
  });
});
