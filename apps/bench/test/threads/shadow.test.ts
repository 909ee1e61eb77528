import { describe, expect, it } from 'vitest';
import { ShadowError } from '../../src/errors.js';
import { bytesHeld, CheckedBlocks, shadowMemory } from '../../src/threads/shadow.js';
import { findTeamWorkload } from '../../src/threads/workloads/index.js';
import { FakeHeap, type Fault } from '../fake-heap.js';
import { finish, Ledger, runInTurns } from './ledger.js';

const RANGE = 1 << 20;

/** One allocator, watched for two members. */
function watched(heap = new FakeHeap()) {
  const records = shadowMemory(RANGE);
  const attached = { blocks: heap, buffer: heap.buffer };
  const members = [0, 1].map((member) => new CheckedBlocks(attached, records, member));
  return { heap, records, members, bytes: new Uint8Array(heap.buffer) };
}

function faultOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ShadowError) return error.code;
    throw error;
  }
  return 'none';
}

/** Allocates, reallocates and frees with every verb; each member frees what the other made. Returns what is left. */
function exercise([one, other]: readonly CheckedBlocks[]): readonly number[] {
  const left: number[] = [];
  for (let i = 0; i < 10; i++) {
    const a = one.malloc(40 + i);
    const b = other.calloc(3, 50);
    const c = one.alignedAlloc(64, 2_000);
    const d = other.realloc(a, 90);
    const e = one.realloc(b, 20);
    for (const address of [c, e]) other.free(address);
    if (i % 3 > 0) one.free(d);
    else left.push(d);
  }
  return left;
}

describe('checked blocks', () => {
  it('are content with an honest allocator, and know what is held', () => {
    const { heap, records, members } = watched();
    const left = exercise(members);
    expect([...heap.blocks.keys()].sort()).toEqual([...left].sort());
    for (const address of left) expect(bytesHeld(records, address)).toBe(90);
    expect(bytesHeld(records, 16 * 5_000)).toBeUndefined();
  });

  it.each<[Fault, string]>([
    ['misaligned', 'misaligned'],
    ['overlap', 'overlap'],
    ['outside', 'outside'],
    ['exhausted', 'exhausted'],
    ['writes-into-block', 'content'],
    ['loses-on-realloc', 'content'],
    ['forgets-to-zero', 'not-zeroed'],
  ])('find a planted fault: %s', (fault, code) => {
    const { members } = watched(new FakeHeap(fault));
    const act = () => {
      for (const address of exercise(members)) members[0].free(address);
    };
    expect(faultOf(act)).toBe(code);
  });

  it('find a change of any byte, whoever frees', () => {
    for (let i = 0; i < 100; i++) {
      const { bytes, members } = watched();
      const address = members[0].malloc(100);
      bytes[address + i] ^= 1;
      expect(faultOf(() => members[1].free(address))).toBe('content');
    }
  });

  it('find a free of what is not held, by either', () => {
    for (const second of [0, 1]) {
      const { members, records } = watched();
      const address = members[0].malloc(100);
      expect(bytesHeld(records, address)).toBe(100);
      members[1].free(address);
      expect(bytesHeld(records, address)).toBeUndefined();
      expect(faultOf(() => members[second].free(address))).toBe('live-set');
      const inner = members[0].malloc(100) + 16;
      expect(faultOf(() => members[second].free(inner))).toBe('live-set');
    }
  });

  it('give every block a pattern of its own', () => {
    const { bytes, members } = watched();
    const [a, b] = members.map((blocks) => blocks.malloc(64));
    expect(bytes.slice(a, a + 64)).not.toEqual(bytes.slice(b, b + 64));
  });

  it('watch a whole team', () => {
    const workload = findTeamWorkload('mixed 10% remote');
    const shared = new SharedArrayBuffer(workload.sharedBytes(2));
    const ledger = new Ledger();
    const buffer = new ArrayBuffer(RANGE << 7);
    const records = shadowMemory(RANGE << 7);
    const parts = [0, 1].map((member) => {
      const blocks = new CheckedBlocks({ blocks: spaced(ledger, member), buffer }, records, member);
      return workload.join({ member, members: 2, blocks, shared });
    });
    runInTurns(parts, 2_000, 3);
    finish(parts);
    expect(ledger.live.size).toBe(0);
  });
});

/** The ledger's addresses so far apart that blocks do not overlap. */
function spaced(ledger: Ledger, member: number) {
  const blocks = ledger.for(member);
  return {
    ...blocks,
    malloc: (bytes: number) => 128 * blocks.malloc(bytes),
    free: (a: number) => blocks.free(a / 128),
  };
}
