import { describe, expect, it } from 'vitest';
import { ALLOCATORS, makeSubject } from '../src/allocators/index.js';
import { addressSlots, type Blocks } from '../src/allocators/subject.js';
import { packagePath } from '../src/paths.js';
import { FREE } from '../src/trace.js';
import { shuffled } from '../src/workloads/cold.js';
import { findWorkload, traceFile, WORKLOADS } from '../src/workloads/index.js';
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

/** Compositions are tested with the ablations. */
const SCRIPTS = ALLOCATORS.flatMap(({ name, kind }) => (kind === 'native' || kind === 'composition' ? [] : [name]));

describe.each(SCRIPTS)('%s', (allocator) => {
  it.each(WORKLOADS.map(({ name }) => name))('serves %s, with the checksum of the reference', async (name) => {
    const workload = findWorkload(name);
    const subject = await makeSubject(allocator);
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

describe('an allocator of C programs', () => {
  it('is not made in a process of Node', async () => {
    await expect(makeSubject('mimalloc')).rejects.toThrow('mimalloc is an allocator of C programs');
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
    ['tiny_cold', 16, 128],
    ['random_mid', 2_048, 32_768],
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

  it('tiny_cold allocates 100,000 blocks, then frees each once, far from the one before', () => {
    const { sizes, frees } = record('tiny_cold', 100_000);
    expect([sizes.length, frees]).toEqual([100_000, 0]);
    const freed: number[] = [];
    let made = 0;
    const blocks = { malloc: () => ++made, free: (block: number) => freed.push(block) };
    findWorkload('tiny_cold').prepare({ blocks, none: 0, slots: addressSlots }).run(200_000);
    expect(made).toBe(100_000);
    expect(freed).not.toEqual(freed.toSorted((a, b) => a - b));
    expect(freed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100_000 }, (_, i) => i + 1));
    const near = freed.filter((block, i) => i > 0 && Math.abs(block - freed[i - 1]) < 1_000);
    expect(near.length).toBeLessThan(3_000);
  });

  it('tiny_cold has the same checksum however it is divided into runs', () => {
    const workload = findWorkload('tiny_cold');
    const malloc = (bytes: number) => bytes;
    const loop = workload.prepare({ blocks: { malloc, free() {} }, none: 0, slots: addressSlots });
    const reference = workload.reference();
    for (const steps of [99_999, 2, 100_000, 250_000, 1]) {
      loop.run(steps);
      expect(loop.checksum).toBe(reference.advance(steps));
    }
  });

  it('notices an allocator that did not serve a request', () => {
    for (const name of ['random_mixed 256', 'trace sqlite', 'tiny_cold']) {
      let calls = 0;
      const malloc = (bytes: number) => (++calls === 500 ? 0 : bytes);
      const realloc = (_block: number, bytes: number) => bytes;
      const calloc = (count: number, bytes: number) => count * bytes;
      const blocks: Blocks<number> = { malloc, calloc, realloc, free() {} };
      const workload = findWorkload(name);
      const loop = workload.prepare({ blocks, none: 0, slots: addressSlots });
      loop.run(200_000);
      expect(loop.checksum).not.toBe(workload.reference().advance(200_000));
    }
  });
});

describe('a shuffle', () => {
  it('has every number once, and the order that it has everywhere', () => {
    expect([...shuffled(10)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...shuffled(10)]).toEqual([...shuffled(10)]);
    const firsts = shuffled(100_000).subarray(0, 10_000);
    expect(firsts.filter((slot) => slot < 50_000).length / 10_000).toBeCloseTo(0.5, 1);
  });
});

describe('a trace file', () => {
  const path = packagePath('traces/sqlite.trace.br');

  it('is replayed by its path like a trace by its name', () => {
    const file = findWorkload(`trace file:${path}`);
    const named = findWorkload('trace sqlite');
    expect([file.name, file.steps, file.settling]).toEqual([`trace file:${path}`, named.steps, named.settling]);
    expect(file.reference().advance(123_456)).toBe(named.reference().advance(123_456));
    expect(traceFile(path).name).toBe(file.name);
  });

  it('is shown by the name of the file', () => {
    expect(findWorkload(`trace file:${path}`).title).toBe('trace sqlite.trace.br');
    expect(findWorkload('trace file:mine.br').title).toBe('trace mine.br');
    expect(findWorkload('trace sqlite').title).toBeUndefined();
  });

  it('that is not there is complained about when it is needed', () => {
    const missing = findWorkload('trace file:no-such.trace.br');
    expect(() => missing.steps).toThrow(/cannot be read: .*no-such.trace.br/);
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
