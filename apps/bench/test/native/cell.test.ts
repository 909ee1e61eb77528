/**
 * The loops of the native program against the references of the workloads, and what they really call against the loops here.
 * Skipped without a C compiler; the second part works with the GNU C library only.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressSlots, type Blocks } from '../../src/allocators/subject.js';
import type { MeasuredCell } from '../../src/cell.js';
import { nativeCell, runLoop } from '../../src/native/cell.js';
import { compileNative, findCompiler, NO_COMPILER } from '../../src/native/compile.js';
import { programBytes } from '../../src/native/program.js';
import { availableRivals } from '../../src/native/rivals.js';
import { findWorkload, WORKLOADS, type Workload } from '../../src/workloads/index.js';

const why = findCompiler() === null ? NO_COMPILER : undefined;
const skipped = (reason: string | undefined) => (reason === undefined ? '' : ` [skipped: ${reason}]`);
const NAMES = WORKLOADS.map(({ name }) => name);
const SYSTEM = {};

describe.skipIf(why !== undefined)(`the native loops${skipped(why)}`, () => {
  it.each(NAMES)('%s asks for what the reference asks for', async (name) => {
    const workload = findWorkload(name);
    const few = { ...workload, steps: 5 * workload.unit };
    for (const request of [workload, few]) {
      const { outcome, measurement, checksum } = await runLoop(request, { reps: 3, budgetMs: 20 }, SYSTEM);
      expect(outcome).toBe('measured');
      expect(measurement.totalSteps % workload.unit).toBe(0);
      expect(checksum).toBe(workload.reference().advance(measurement.totalSteps));
    }
  });

  it('goes through a trace more than once', async () => {
    const workload = findWorkload('trace sqlite');
    const { measurement, checksum } = await runLoop(workload, { reps: 5, budgetMs: 5_000 }, SYSTEM);
    expect(measurement.totalSteps).toBeGreaterThan(2 * workload.settling);
    expect(checksum).toBe(workload.reference().advance(measurement.totalSteps));
  });

  it('answers as a process of Node does', async () => {
    const request = { workload: 'random_mixed 256', allocator: 'system', reps: 4, budgetMs: 500 };
    const { measurement, checksum } = (await nativeCell(request)) as MeasuredCell;
    const { reduced, repetitions, totalSteps, warmUp } = measurement;
    expect(reduced).toBe(false);
    expect(repetitions).toHaveLength(4);
    for (const { steps, ms } of repetitions) {
      expect(steps).toBe(findWorkload(request.workload).steps);
      expect(ms).toBeGreaterThan(0);
    }
    const timed = repetitions.reduce((sum, { steps }) => sum + steps, 0);
    expect(warmUp!.steps).toBe(totalSteps - timed);
    expect(warmUp!.ms).toBeGreaterThan(0);
    expect(Number.isInteger(checksum)).toBe(true);
  });

  it('gives up a chunk that uses more than the budget', async () => {
    const workload = { ...findWorkload('random_mixed 256'), steps: 2 ** 40 };
    const { measurement } = await runLoop(workload, { reps: 9, budgetMs: 20 }, SYSTEM);
    expect(measurement.reduced).toBe(true);
    expect(measurement.repetitions).toHaveLength(2);
  });

  it.each([
    [['churn', 256, 16, 1025], 'churn takes 4 numbers, 3 are given'],
    [['churn', 65_537, 16, 1025, 0], '"65537" is no number of 1 to 65536'],
    [['pair', 'x'], '"x" is no number of 0 to 4294967295'],
    [['spin'], 'no loop is called "spin"'],
    [['replay'], 'the program of a trace ends too early'],
  ])('%j ends with a complaint', async (words, complaint) => {
    const workload = { steps: 1, unit: 1, settling: 1, native: { words } };
    await expect(runLoop(workload, { reps: 2, budgetMs: 10 }, SYSTEM)).rejects.toThrow(`ended with 1: ${complaint}`);
  });

  it('ends when a request is refused', () => {
    const limited = ['-c', 'ulimit -v 1000000 && exec "$@"', 'sh', compileNative('cell')];
    const { status, stderr } = spawnSync('sh', [...limited, ...['1', '1', '1', '2', '10', 'lifo', '100000000', '20']]);
    expect(status).toBe(1);
    expect(String(stderr)).toBe('a request for 100000000 bytes was refused\n');
  });

  it('says of an allocator that is not there that it is not', async () => {
    const answer = await nativeCell({ workload: 'pair 64', allocator: 'codemix', reps: 2, budgetMs: 10 });
    expect(answer).toEqual({ outcome: 'failed', reason: 'codemix: no native rival is called that' });
  });
});

const RIVALS = why === undefined ? availableRivals().available : [];

describe.skipIf(RIVALS.length === 0)(`a rival${skipped(why)}`, () => {
  it.each(RIVALS.map(({ name }) => name))('%s serves a trace and a churn', async (allocator) => {
    for (const name of ['trace ffmpeg', 'random_mixed 4096', 'large 64K-2M']) {
      const answer = await nativeCell({ workload: name, allocator, reps: 2, budgetMs: 40 });
      if (answer.outcome !== 'measured') throw new Error(answer.reason);
      expect(answer.checksum).toBe(findWorkload(name).reference().advance(answer.measurement.totalSteps));
    }
  });
});

/** Enough for 200,000 steps and not for many more, as each is repeated here. */
const BUDGET_MS = 20;

/** What count.c tells. */
interface Counted {
  /** Of malloc, calloc, realloc, memalign and free. */
  readonly calls: readonly number[];
  /** Of the blocks freed and reallocated, in their order. */
  readonly digest: number;
}

const noGnu = why ?? (availableRivals().available[0]?.version.startsWith('glibc') ? undefined : 'no GNU C library');

describe.skipIf(noGnu !== undefined)(`what the native loops call${skipped(noGnu)}`, () => {
  let folder: string;
  let counter: string;
  afterAll(() => rmSync(folder, { recursive: true }));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hakmem-native-'));
    counter = join(folder, 'count.so');
    const [file, ...args] = findCompiler()!.command;
    const source = new URL('./count.c', import.meta.url).pathname;
    const { stderr } = spawnSync(file, [...args, '-O1', '-shared', '-fPIC', '-fno-builtin', '-o', counter, source]);
    expect(String(stderr)).toBe('');
  });

  it.each(NAMES)('%s: the calls that the loop in JavaScript makes, in its order', { timeout: 30_000 }, (name) => {
    const workload = findWorkload(name);
    const short = runCounted(workload, workload.unit, counter);
    const long = runCounted(workload, workload.unit * Math.ceil(200_000 / workload.unit), counter);
    const before = countHere(workload, short.totalSteps);
    const after = countHere(workload, long.totalSteps);
    expect(difference(long.calls, short.calls)).toEqual(difference(after.calls, before.calls));
    expect(after.calls.reduce((a, b) => a + b)).toBe(long.totalSteps);
    expect(long.digest).not.toBe(0);
    expect([short.digest, long.digest]).toEqual([before.digest, after.digest]);
  });
});

/** The calls of a run with repetitions of so many steps, those that the program makes for itself included. */
function runCounted({ unit, native }: Workload, steps: number, counter: string): Counted & { totalSteps: number } {
  const words = [steps, unit, 0, 2, BUDGET_MS, ...native.words].map(String);
  const { status, stdout, stderr } = spawnSync(compileNative('cell'), words, {
    encoding: 'utf8',
    env: { LD_PRELOAD: counter },
    ...(native.program && { input: programBytes(native.program()) }),
  });
  expect(status).toBe(0);
  const { measurement } = JSON.parse(stdout) as MeasuredCell;
  return { totalSteps: measurement.totalSteps, ...(JSON.parse(stderr) as Counted) };
}

/** The same of the workload's loop over an allocator that counts. Its blocks are their numbers. */
function countHere(workload: Workload, steps: number): Counted {
  const calls = [0, 0, 0, 0, 0];
  const sizes = [0];
  let digest = 0;
  const make = (kind: number, bytes: number) => {
    calls[kind]++;
    return sizes.push(bytes) - 1;
  };
  const see = (kind: number, block: number) => {
    calls[kind]++;
    digest = Math.imul(Math.imul(digest ^ block, 16_777_619) ^ sizes[block], 16_777_619);
  };
  const blocks: Required<Blocks<number>> = {
    malloc: (bytes) => make(0, bytes),
    calloc: (count, bytes) => make(1, count * bytes),
    realloc(block, bytes) {
      see(2, block);
      sizes[block] = bytes;
      return block;
    },
    alignedAlloc: (_alignment, bytes) => make(3, bytes),
    free: (block) => see(4, block),
  };
  workload.prepare({ blocks, none: 0, slots: addressSlots }).run(steps);
  return { calls, digest };
}

function difference(more: readonly number[], fewer: readonly number[]): readonly number[] {
  return more.map((count, kind) => count - fewer[kind]);
}
