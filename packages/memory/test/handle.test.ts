// Proves handles: what a space gives away so that another thread can open it, which spaces have none, that what was opened is
// the same space, and that whatever is no handle is refused with an error that says so.

import { type AddressSpace, ArgumentError, clause, OptionError, PAGE_BYTES, type SpaceHandle } from '@hakmem/contracts';
import { describe, expect, test } from 'vitest';
import { openMemory, wasmMemory } from '../src/index.js';
import { cases, stamp, stamps } from './helpers/spaces.js';

const PAGES = 16;

function handleOf(space: AddressSpace): SpaceHandle {
  return space.handle?.() ?? expect.fail('the space has no handle');
}

/** What of a handle goes through a message to a thread and comes out; a Memory that is shared cannot be cloned in one. */
const sent = (handle: SpaceHandle): SpaceHandle => (handle.kind === 'shared' ? structuredClone(handle) : { ...handle });

test.each(cases)(`$name: ${clause('SPACE-6')} (whether it is there)`, ({ make, shared, kind }) => {
  const space = make(PAGES);
  const { firstPage, pageLimit } = space;
  if (shared) expect(space.handle?.()).toMatchObject({ kind, firstPage, pageLimit });
  else expect('handle' in space).toBe(false);
  expect(space.capabilities.concurrency).toBe(shared ? 'any' : 'owner');
});

describe.each(cases.filter(({ shared }) => shared))('$name', ({ make }) => {
  test('opened, it has the same first page, limit, memory and bytes', () => {
    const space = make(PAGES);
    const opened = openMemory(sent(handleOf(space)));
    for (const each of ['kind', 'capabilities', 'firstPage', 'pageLimit', 'committedPages'] as const) {
      expect(opened[each], each).toEqual(space[each]);
    }
    space.commit(PAGES);
    expect(opened.committedPages).toBe(space.committedPages);
    stamp(space, PAGES - 1, 7);
    expect(stamps(opened, PAGES - 1)).toEqual([7, 7]);
    stamp(opened, 1, 9);
    expect(stamps(space, 1)).toEqual([9, 9]);
    expect(opened.commit(PAGES + 1)).toBe(false);
  });

  test(`${clause('SPACE-3')} (the other one grew it)`, () => {
    const space = make(PAGES);
    const opened = openMemory(sent(handleOf(space)));
    const before = space.bytes();
    before[PAGE_BYTES] = 5;
    expect(opened.commit(PAGES)).toBe(true);
    expect(space.bytes().length).toBeGreaterThanOrEqual(PAGES * PAGE_BYTES);
    expect(space.bytes()[PAGE_BYTES]).toBe(5);
    expect(before[PAGE_BYTES]).toBe(5);
    expect(space.commit(PAGES)).toBe(true);
  });

  test(`${clause('SPACE-2')} (opening writes nothing)`, () => {
    const space = make(PAGES);
    space.commit(PAGES);
    for (let page = 1; page < PAGES; page++) stamp(space, page, page);
    openMemory(sent(handleOf(space)));
    for (let page = 1; page < PAGES; page++) expect(stamps(space, page)).toEqual([page, page]);
  });
});

test('the handle of a region opens the region, which does not grow', () => {
  const memory = new WebAssembly.Memory({ initial: 8, maximum: 20, shared: true });
  const space = wasmMemory(memory, { start: 3 * PAGE_BYTES, end: 7 * PAGE_BYTES });
  const opened = openMemory(handleOf(space));
  expect(opened).toMatchObject({ firstPage: 3, pageLimit: 7, committedPages: 7 });
  expect(opened.commit(8)).toBe(false);
  expect(memory.buffer.byteLength).toBe(8 * PAGE_BYTES);
});

test('the handle of a whole memory opens one that grows, as far as the first may', () => {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 20, shared: true });
  const opened = openMemory(handleOf(wasmMemory(memory, { maxBytes: 9 * PAGE_BYTES })));
  expect(opened.commit(10)).toBe(false);
  expect(opened.commit(9)).toBe(true);
  expect(memory.buffer.byteLength).toBe(9 * PAGE_BYTES);
});

describe('openMemory refuses', () => {
  const shown = "expected the handle of a space: kind 'shared' with its buffer, or 'wasm' with its memory";
  test.each([
    ['no handle', undefined],
    ['null', null],
    ['a number', 5],
    ['another kind', { kind: 'file', firstPage: 1, pageLimit: 4 }],
    ['a kind that is none', { kind: 4, firstPage: 1, pageLimit: 4 }],
    ['shared without a buffer', { kind: 'shared', firstPage: 1, pageLimit: 4 }],
    ['shared over an ArrayBuffer', { kind: 'shared', buffer: new ArrayBuffer(4 * PAGE_BYTES) }],
    ['wasm without a memory', { kind: 'wasm', firstPage: 1, pageLimit: 4, grows: true }],
    ['wasm over the buffer of a memory', { kind: 'wasm', memory: { buffer: new SharedArrayBuffer(8) } }],
    ['wasm over a shared buffer', { kind: 'wasm', buffer: new SharedArrayBuffer(2 * PAGE_BYTES) }],
  ])('%s', (_, handle) => {
    let error: unknown;
    try {
      openMemory(handle as unknown as SpaceHandle);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error).not.toBeInstanceOf(OptionError);
    expect(error).toMatchObject({
      code: 'HAKMEM_ARGUMENT',
      argument: 'memory',
      message: expect.stringContaining(shown),
    });
  });
});
