import { describe, expect, it } from 'vitest';
import { loadSharing, TEAM_ALLOCATORS } from '../../src/threads/allocators/index.js';

const REAL = TEAM_ALLOCATORS.filter(({ kind }) => kind !== 'baseline' && kind !== 'native').map(({ name }) => name);

/** An allocator and two that are attached to it, in one thread. */
async function attachTwo(name: string) {
  const sharing = await loadSharing(name);
  const ground = sharing.create();
  const handle = structuredClone(ground.handle);
  return { ground, attached: [sharing.attach(handle), sharing.attach(handle)] as const };
}

describe.each(REAL)('%s', (name) => {
  it('gives no block to two, and takes each back from either', async () => {
    const { ground, attached } = await attachTwo(name);
    const [one, other] = attached.map(({ blocks }) => blocks);
    for (let round = 0; round < 3; round++) {
      const made = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? one : other).malloc(40));
      expect(made).not.toContain(0);
      made.sort((a, b) => a - b);
      for (let i = 1; i < made.length; i++) expect(made[i] - made[i - 1]).toBeGreaterThanOrEqual(40);
      made.forEach((address, i) => void (i % 3 === 0 ? one : other).free(address));
    }
    for (const { leave } of attached) leave?.();
    expect(ground.audit?.() ?? []).toEqual([]);
  });

  it('has its blocks in memory that all see', async () => {
    const { attached } = await attachTwo(name);
    const [bytes, same] = attached.map(({ buffer }) => new Uint8Array(buffer!));
    const address = attached[0].blocks.malloc(100);
    bytes[address + 99] = 7;
    expect(same[address + 99]).toBe(7);
  });
});

it('a heap notices who has not left', async () => {
  const { ground, attached } = await attachTwo('hakmem-shared');
  attached[0].leave?.();
  expect(ground.audit!()).toEqual([expect.stringMatching(/^threads 1,\d are attached/)]);
});

it('there is no other allocator', async () => {
  await expect(loadSharing('glibc')).rejects.toThrow('no allocator for several Workers is called "glibc"');
});

it('a native one is not for Workers', async () => {
  await expect(loadSharing('system')).rejects.toThrow('"system" is a native allocator, which no Worker can use');
});
