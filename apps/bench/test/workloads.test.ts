import { describe, expect, it } from 'vitest';
import { ALLOCATORS, findAllocator } from '../src/allocators/index.js';
import { addressSlots, type Blocks } from '../src/allocators/subject.js';
import { FREE } from '../src/trace.js';
import { findWorkload, WORKLOADS } from '../src/workloads/index.js';
import { closeTrace } from '../src/workloads/replay.js';

/** Enough steps for every workload to allocate and free, few enough for the slowest peer. */
const STEPS = 4_000;

/** The empty allocator, with every request written down. */
class Recorder implements Blocks<number> {
  readonly sizes: number[] = [];
  frees = 0;

  malloc(bytes: number): number {
    return this.sizes.push(bytes);
  }

  free(_block: number): void {
    this.frees++;
  }
}

function record(name: string, steps: number): Recorder {
  const blocks = new Recorder();
  findWorkload(name).prepare({ blocks, none: 0, slots: addressSlots }).run(steps);
  return blocks;
}

describe.each(ALLOCATORS.map(({ name }) => name))('%s', (allocator) => {
  it.each(WORKLOADS.map(({ name }) => name))('serves %s, with the checksum of the reference', async (name) => {
    const workload = findWorkload(name);
    const subject = await findAllocator(allocator).create();
    if (name === 'trace ffmpeg' && subject.blocks.alignedAlloc === undefined) {
      expect(() => workload.prepare(subject)).toThrow('no memalign');
      return;
    }
    const loop = workload.prepare(subject);
    const reference = workload.reference();
    for (const steps of [STEPS, 200]) {
      loop.run(steps);
      expect(loop.checksum).toBe(reference.advance(steps));
    }
    loop.drain();
    expect(subject.audit?.() ?? []).toEqual([]);
  });
});

describe('a workload', () => {
  it.each(WORKLOADS.map(({ name }) => name))('%s has whole units in its steps', (name) => {
    const { steps, unit, settling } = findWorkload(name);
    expect(steps % unit).toBe(0);
    expect(settling).toBeGreaterThan(0);
  });

  it.each([
    ['random_mixed 256', 16, 1_040],
    ['fixed_size 64', 64, 64],
    ['mid 8-32K', 8_192, 32_768],
    ['large 64K-2M', 65_536, 2_097_152],
  ])('%s asks for %i to %i bytes', (name, low, high) => {
    const { sizes } = record(name, 600_000);
    expect(sizes.reduce((a, b) => Math.min(a, b))).toBe(low);
    expect(sizes.reduce((a, b) => Math.max(a, b))).toBe(high);
  });

  it('random_mixed allocates and frees equally often, half of the slots being full', () => {
    const { sizes, frees } = record('random_mixed 4096', 400_000);
    expect(sizes.length + frees).toBe(400_000);
    expect(sizes.length - frees).toBeGreaterThan(4_096 * 0.46);
    expect(sizes.length - frees).toBeLessThan(4_096 * 0.54);
  });

  it.each(['pair 64', 'tiny_hot lifo', 'tiny_hot fifo'])('%s frees what it allocates', (name) => {
    const { sizes, frees } = record(name, 2_000);
    expect([sizes.length, frees]).toEqual([1_000, 1_000]);
    expect(new Set(sizes)).toEqual(new Set([64]));
  });

  it('notices an allocator that did not serve a request', () => {
    for (const name of ['random_mixed 256', 'trace sqlite']) {
      let calls = 0;
      const malloc = (bytes: number) => (++calls === 500 ? 0 : bytes);
      const realloc = (_block: number, bytes: number) => bytes;
      const calloc = (count: number, bytes: number) => count * bytes;
      const blocks: Blocks<number> = { malloc, calloc, realloc, free() {} };
      const workload = findWorkload(name);
      const loop = workload.prepare({ blocks, none: 0, slots: addressSlots });
      loop.run(100_000);
      expect(loop.checksum).not.toBe(workload.reference().advance(100_000));
    }
  });
});

describe('a replay', () => {
  it('frees at its end what the trace left alive, once each', () => {
    const op = Uint8Array.of(1, 1, 2, 1);
    const object = Uint32Array.of(1, 2, 1, 3);
    const size = Uint32Array.of(10, 20, 0, 30);
    const trace = {
      events: 4,
      threads: 1,
      objects: 3,
      op,
      tid: new Uint8Array(4),
      alignLog2: new Uint8Array(4),
      object,
      size,
    };
    const program = closeTrace(trace);
    expect(program.length).toBe(6);
    expect([...program.op.subarray(4)]).toEqual([FREE, FREE]);
    expect([...program.object]).toEqual([1, 2, 1, 3, 2, 3]);
  });
});
