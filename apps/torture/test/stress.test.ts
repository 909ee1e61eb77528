/** The stress runs, some seconds each; and that they find what is wrong. */

import { describe, expect, it } from 'vitest';
import { bounded } from '../src/stress/bounded.ts';
import { Field } from '../src/stress/field.ts';
import { kills, stress } from '../src/stress/runs.ts';

describe('stress', { timeout: 120_000 }, () => {
  it('sixteen Workers that come and go', async () => {
    expect((await stress(3, 5)).faults).toEqual([]);
  });

  it('Workers killed at random moments', async () => {
    expect((await kills(12, 9)).faults).toEqual([]);
  });

  it('a pipe does not make the heap grow', async () => {
    expect((await bounded(2)).faults).toEqual([]);
  });
});

describe('what a stress run finds', { timeout: 60_000 }, () => {
  it('a block that is live and nobody has, and one that is lost', async () => {
    const field = await Field.make(1, 2 ** 24);
    expect(field.faults()).toEqual([]);
    const address = field.heap.malloc(100);
    expect(field.faults()).toEqual(['1 blocks are live that nobody has, at most 0 can be']);
    field.heap.free(address);
    const worker = await field.start(0, { seed: 1, remote: 0, milliseconds: 100, quits: false });
    await field.ended(worker, 0);
    expect(field.clear()).toEqual([]);
  });

  it('a Worker that finds other content than it wrote', async () => {
    const field = await Field.make(1, 2 ** 24);
    const worker = await field.start(0, { seed: 1, remote: 0, milliseconds: 2_000, quits: false });
    const bytes = new Uint8Array(field.heap.buffer);
    for (let i = 0; i < 400 && worker.threadId !== -1; i++) {
      bytes.fill(7, 65_536);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await field.ended(worker, 0);
    expect(field.faults().join()).toMatch(/a Worker has thrown/);
  });
});
