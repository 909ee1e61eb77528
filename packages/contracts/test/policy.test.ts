// Proves the policy table: no two entries share a word, the defaults are those of the documentation, and every batch fits
// under its cap, every cap into the cells that its class has.

import { describe, expect, test } from 'vitest';
import {
  BLOCK_BYTES,
  CLASS_COUNT,
  MAX_CAP,
  midBatch,
  PAGE_BYTES,
  POLICY_DRAIN_INTERVAL,
  POLICY_RETAIN,
  POLICY_WARM_PREFILL,
  POLICY_WARM_SIZE,
  POLICY_WORDS,
  policyBatch,
  policyCap,
  SPAN_BLOCKS,
  TINY_CLASS_COUNT,
  writeDefaultPolicy,
} from '../src/index.js';

const classes = Array.from({ length: CLASS_COUNT }, (_, c) => c);
const tiny = classes.slice(0, TINY_CLASS_COUNT);
const mid = classes.slice(TINY_CLASS_COUNT);
const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n));

describe('policy table', () => {
  test('has a word for each entry, and no two entries share one', () => {
    const scalars = [POLICY_WARM_SIZE, POLICY_WARM_PREFILL, POLICY_DRAIN_INTERVAL, POLICY_RETAIN];
    const all = [...scalars, ...classes.map(policyCap), ...classes.map(policyBatch)];
    expect(new Set(all).size).toBe(all.length);
    for (const at of all) expect(at).toBeLessThan(POLICY_WORDS);
    expect(Math.min(...classes.map(policyCap))).toBe(8);
    expect(Math.max(...all)).toBe(POLICY_WORDS - 1);
  });

  test('holds the defaults at its start, and nothing is written outside it', () => {
    const words = new Int32Array(POLICY_WORDS + 20).fill(-7);
    const table = { words, start: 10, length: POLICY_WORDS };
    writeDefaultPolicy(table);
    expect(words[10 + POLICY_WARM_SIZE]).toBe(16);
    expect(words[10 + POLICY_WARM_PREFILL]).toBe(3);
    expect(words[10 + POLICY_DRAIN_INTERVAL]).toBe(1_024);
    expect(words[10 + POLICY_RETAIN]).toBe(4);
    for (const c of classes) expect(words[10 + policyCap(c)], `class ${c}`).toBe(MAX_CAP[c]);
    expect(words.subarray(0, 10).every((word) => word === -7)).toBe(true);
    expect(words.subarray(10 + POLICY_WORDS).every((word) => word === -7)).toBe(true);
  });

  test('refills tiny classes with half of their cap, 32 to 256 blocks, and mid classes with two spans, half a cap or a block of each span', () => {
    const words = new Int32Array(POLICY_WORDS);
    writeDefaultPolicy({ words, start: 0, length: POLICY_WORDS });
    for (const c of tiny) {
      const half = Math.floor(PAGE_BYTES / BLOCK_BYTES[c] / 2);
      expect(words[policyBatch(c)], `class ${c}`).toBe(clamp(half, 32, 256));
    }
    for (const c of mid) {
      const half = Math.floor(MAX_CAP[c] / 2);
      const expected = (spans: number): number => Math.min(spans * SPAN_BLOCKS[c], Math.max(half, spans), MAX_CAP[c]);
      expect(words[policyBatch(c)], `class ${c}`).toBe(expected(2));
      for (const spans of [1, 2, 3, 4]) expect(midBatch(c, spans)).toBe(expected(spans));
    }
    for (const c of classes) {
      expect(words[policyBatch(c)], `class ${c}`).toBeGreaterThanOrEqual(1);
      expect(words[policyBatch(c)], `class ${c}`).toBeLessThanOrEqual(words[policyCap(c)]);
    }
  });

  test('caps a tiny class at a page of blocks within 64 to 512, a mid class at 1 MiB of blocks within 4 to 64', () => {
    for (const c of tiny) {
      const fit = Math.floor(PAGE_BYTES / BLOCK_BYTES[c]);
      expect(MAX_CAP[c], `class ${c}`).toBe(clamp(fit, 64, 512));
    }
    for (const c of mid) {
      const fit = Math.floor(1_048_576 / BLOCK_BYTES[c]);
      expect(MAX_CAP[c], `class ${c}`).toBe(clamp(fit, 4, 64));
    }
  });
});
