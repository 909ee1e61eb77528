/** Each composition does what its name says: it counts more, or fewer, of what it is about than its base does. */

import { describe, expect, it } from 'vitest';
import { countStream } from '../src/ablations/counts.js';
import { BASES, COMPOSITIONS, GROUPS } from '../src/ablations/groups.js';
import { PHASES_STREAM } from '../src/ablations/phases.js';
import type { CountResult } from '../src/ablations/results.js';
import { addressSlots } from '../src/allocators/subject.js';
import { type CompositionName, composed } from '../src/compositions.js';
import { findWorkload } from '../src/workloads/index.js';

type Measure = Exclude<keyof CountResult, 'composition' | 'stream'>;

/** `<`: the first composition counts fewer on the stream than the second. */
const DIRECTIONS: readonly (readonly [CompositionName, '<', CompositionName, Measure, string])[] = [
  ['standard', '<', 'one-speed', 'refills', 'random_mixed 4096'],
  ['standard', '<', 'one-speed', 'flushes', 'random_mixed 4096'],
  ['standard', '<', 'tiny-only', 'runs', 'random_mixed 4096'],
  ['standard', '<', 'pool-only', 'touchedBytes', 'phases'],
  ['standard', '<', 'standard-local', 'returned', 'phases'],
  ['standard-local', '<', 'retain-0', 'returned', 'phases'],
  ['retain-0', '<', 'eager-free', 'returned', 'phases'],
  ['standard', '<', 'refill-one', 'refills', 'random_mixed 4096'],
  ['standard', '<', 'small-caches', 'flushes', 'random_mixed 4096'],
  ['standard-local', '<', 'idle-trim', 'drains', 'random_mixed 4096'],
  ['idle-trim', '<', 'idle-trim-force', 'flushes', 'random_mixed 4096'],
  ['warm-0', '<', 'warm-4', 'warmHits', 'random_mixed 4096'],
  ['warm-4', '<', 'standard', 'warmHits', 'sweep 1024x65536'],
  ['warm-4-no-prefill', '<', 'warm-4', 'warmHits', 'sweep 1024x65536'],
  ['warm-16-no-prefill', '<', 'standard', 'warmHits', 'sweep 1024x65536'],
  ['standard', '<', 'prewarm-16', 'refills', 'random_mixed 256'],
  ['standard', '<', 'one-class', 'superSlabs', 'random_mixed 4096'],
  ['standard', '<', 'drain-512', 'drains', 'phases'],
  ['drain-2048', '<', 'standard', 'drains', 'phases'],
  ['drain-4096', '<', 'drain-2048', 'drains', 'phases'],
  ['no-affinity', '<', 'standard', 'affine', 'phases'],
  ['standard', '<', 'mid-batch-1', 'refills', 'mid 8-32K'],
  ['mid-batch-4', '<', 'standard', 'refills', 'mid 8-32K'],
  ['standard', '<', 'header', 'touchedBytes', 'random_mixed 65536'],
];

const known = new Map<string, CountResult>();

function count(name: CompositionName, stream: string): CountResult {
  const key = `${name}, ${stream}`;
  const found = known.get(key) ?? countStream(name, stream);
  known.set(key, found);
  return found;
}

describe('counts', { timeout: 60_000 }, () => {
  it.each(DIRECTIONS)('%s %s %s in %s on %s', (less, _, more, measure, stream) => {
    expect(count(less, stream)[measure]).toBeLessThan(count(more, stream)[measure]!);
  });

  it('there is a direction for every variant but those of which the next tests know', () => {
    const judged = new Set(DIRECTIONS.flatMap(([less, , more]) => [less, more]));
    const others = COMPOSITIONS.map(({ name }) => name).filter((name) => !judged.has(name));
    expect(others).toEqual(['untiered', 'no-warm-pool', 'header-checked']);
  });

  it('no SuperSlab is left to empty without tiers', () => {
    const most = (name: CompositionName): number => {
      const { heap } = composed(name, 2 ** 28);
      const loop = PHASES_STREAM.prepare({ blocks: heap, none: 0, slots: addressSlots });
      let draining = 0;
      for (let left = PHASES_STREAM.steps; left > 0; left -= 1_000) {
        loop.run(Math.min(left, 1_000));
        draining = Math.max(draining, heap.stats().superSlabs.draining);
      }
      heap.destroy();
      return draining;
    };
    expect(most('standard-local')).toBeGreaterThan(1);
    expect(most('untiered')).toBe(0);
  });

  it('no warm pool has no hits and no misses, an empty one misses always', () => {
    expect(count('no-warm-pool', 'random_mixed 256')).toMatchObject({ warmHits: null, warmMisses: null });
    expect(count('warm-0', 'random_mixed 256').warmHits).toBe(0);
    expect(count('warm-0', 'random_mixed 256').warmMisses).toBeGreaterThan(0);
  });

  it('a mark in a header that was freed costs no memory', () => {
    const { composition, ...counts } = count('header', 'random_mixed 256');
    expect(count('header-checked', 'random_mixed 256')).toEqual({ composition: 'header-checked', ...counts });
    expect(composition).toBe('header');
  });

  it('only prewarming caches blocks before the first step', () => {
    const cached = (name: CompositionName): number => {
      const { heap } = composed(name, 2 ** 24);
      const { blocks } = heap.stats();
      heap.destroy();
      return blocks.cached;
    };
    expect([cached('standard'), cached('prewarm-16')]).toEqual([0, 40 * 16]);
  });

  it('are the same every time', () => {
    expect(countStream('idle-trim', 'random_mixed 4096')).toEqual(count('idle-trim', 'random_mixed 4096'));
  });

  it('are of the whole stream, and of what was live in it', () => {
    const { steps, liveBytes, touchedBytes, refills } = count('standard', 'random_mixed 4096');
    expect(steps).toBe(200_000);
    expect(liveBytes / (2_048 * 528)).toBeCloseTo(1, 0);
    expect(touchedBytes).toBeGreaterThan(liveBytes);
    expect(refills).toBeGreaterThan(0);
  });
});

describe('phases', () => {
  it('free everything that they make, once', () => {
    const live = new Map<number, number>();
    let addresses = 0;
    let most = 0;
    let wrong = 0;
    const blocks = {
      malloc: (bytes: number) => {
        live.set(++addresses, bytes);
        most = Math.max(most, live.size);
        return addresses;
      },
      free: (address: number) => {
        if (!live.delete(address)) wrong++;
      },
    };
    const loop = PHASES_STREAM.prepare({ blocks, none: 0, slots: (n) => new Uint32Array(n) });
    loop.run(1_000);
    loop.run(PHASES_STREAM.steps - 1_000);
    expect([wrong, live.size, 2 * addresses]).toEqual([0, 0, PHASES_STREAM.steps]);
    expect(most).toBeGreaterThan(40_000);
    expect(loop.checksum).toBe(PHASES_STREAM.reference().advance(PHASES_STREAM.steps));
  });
});

describe('groups', () => {
  it('compare compositions that exist, on workloads that exist, each composition under one name', () => {
    const names = COMPOSITIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { base, workloads, streams } of GROUPS) {
      expect(BASES.map(({ name }) => name)).toContain(base);
      for (const name of workloads) expect(findWorkload(name).name).toBe(name);
      for (const name of streams) expect(name === 'phases' || findWorkload(name).name === name).toBe(true);
    }
  });
});
