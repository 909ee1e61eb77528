// Proves that the contracts can be quoted: every clause is one sentence or more under an id of its own, numbered without
// gaps within its contract, and a test title carries both.

import { expect, test } from 'vitest';
import { CLAUSES, type ClauseId, clause } from '../src/index.js';

const ids = Object.keys(CLAUSES) as ClauseId[];

test('clause() is the id and its sentence', () => {
  expect(clause('SOURCE-3')).toBe('SOURCE-3: spare never asks for memory.');
  for (const id of ids) expect(clause(id)).toBe(`${id}: ${CLAUSES[id]}`);
});

test('each clause ends as a sentence does, and no sentence stands twice', () => {
  for (const id of ids) expect(CLAUSES[id], id).toMatch(/^\S.*\.$/);
  expect(new Set(Object.values(CLAUSES)).size).toBe(ids.length);
});

test('the clauses of a contract are numbered from 1, or lettered from A, without a gap', () => {
  const numbers = new Map<string, string[]>();
  for (const id of ids) {
    const [contract = '', number = ''] = id.split('-');
    numbers.set(contract, [...(numbers.get(contract) ?? []), number]);
  }
  for (const [contract, found] of numbers) {
    const expected = found.map((_, i) => (contract === 'GENERAL' ? 'ABCDEFGH'[i] : String(i + 1)));
    expect(found, contract).toEqual(expected);
  }
  expect([...numbers.keys()]).toEqual([
    'GENERAL',
    'SPACE',
    'REGISTRY',
    'POOL',
    'REMOTE',
    'SOURCE',
    'WARM',
    'CACHE',
    'FRONT',
    'LARGE',
    'HEAP',
  ]);
});
