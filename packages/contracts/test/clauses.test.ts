// Proves that the contracts can be quoted: every clause is in MUST language under an id of its own, numbered without gaps within
// its contract, which is the one that its file is named after; a test title carries both.

import { describe, expect, test } from 'vitest';
import {
  CACHE,
  CLAUSES,
  type ClauseId,
  clause,
  FRONT,
  GENERAL,
  HEAP,
  LARGE,
  POOL,
  REGISTRY,
  REMOTE,
  SOURCE,
  SPACE,
  WARM,
} from '../src/index.js';

const ids = Object.keys(CLAUSES) as ClauseId[];

/** The clauses of each contract's file, by the prefix of their ids, bottom to top. */
const CONTRACTS = { GENERAL, SPACE, REGISTRY, POOL, SOURCE, WARM, REMOTE, CACHE, FRONT, LARGE, HEAP };

test('clause() is the id and its sentence', () => {
  expect(clause('SOURCE-3')).toBe('SOURCE-3: spare MUST NOT ask for memory.');
  for (const id of ids) expect(clause(id)).toBe(`${id}: ${CLAUSES[id]}`);
});

test('each clause ends as a sentence does, and no sentence stands twice', () => {
  for (const id of ids) expect(CLAUSES[id], id).toMatch(/^\S.*\.$/);
  expect(new Set(Object.values(CLAUSES)).size).toBe(ids.length);
});

test('each clause says what MUST or what MAY be', () => {
  for (const id of ids) expect(CLAUSES[id], id).toMatch(/\b(MUST|MAY)\b/);
});

test('the clauses of all contracts are all clauses, in the order of the contracts', () => {
  expect(ids).toEqual(Object.values(CONTRACTS).flatMap((clauses) => Object.keys(clauses)));
});

describe.each(Object.entries<Readonly<Record<string, string>>>(CONTRACTS))('%s', (prefix, clauses) => {
  test('has clauses of its own, numbered from 1, or lettered from A, without a gap', () => {
    const own = Object.keys(clauses);
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(own.map((_, i) => `${prefix}-${prefix === 'GENERAL' ? 'ABCDEFGHIJ'[i] : i + 1}`));
  });

  test('is part of all clauses, word for word', () => {
    expect(CLAUSES).toMatchObject(clauses);
  });
});
