/** Heaps of a user's own composition where the bench makes hakmem's: cells, Workers, the checks, the counts, the plan. */

import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { countStream } from '../../src/ablations/counts.js';
import { makeSubject } from '../../src/allocators/index.js';
import { checkAll } from '../../src/check.js';
import { isUnsupported } from '../../src/errors.js';
import { askedFor } from '../../src/own/composition.js';
import { countComposition, countCompositions } from '../../src/own/counts.js';
import type { OwnColumn } from '../../src/own/find.js';
import { packagePath } from '../../src/paths.js';
import { limitsOf, makePlan } from '../../src/plan.js';
import type { runProbe } from '../../src/probing.js';
import { cellsOf } from '../../src/runner.js';
import { loadSharing } from '../../src/threads/allocators/index.js';
import { checkTeams } from '../../src/threads/check.js';
import { findWorkload } from '../../src/workloads/index.js';

function column(name: string): OwnColumn {
  const file = packagePath(`test/own/modules/${name}.mjs`);
  return { name, kind: 'composition', asked: askedFor(pathToFileURL(file).href), file };
}

const OWN = column('own-warm');

/** The sum of all sizes that the loop asked for, and what it should be. */
async function checksums(own: OwnColumn, name: string): Promise<readonly [number, number]> {
  const workload = findWorkload(name);
  const loop = workload.prepare(await makeSubject(own.asked));
  loop.run(2_000);
  return [loop.checksum, workload.reference().advance(2_000)];
}

describe('a cell', () => {
  it('has the checksum of the reference, unless a box refuses', async () => {
    const [own, wanted] = await checksums(OWN, 'large 64K-2M');
    expect(own).toBe(wanted);
    const [refused, same] = await checksums(column('no-large'), 'large 64K-2M');
    expect([refused === same, same]).toEqual([false, wanted]);
  });
});

describe('Workers', () => {
  const check = { workload: 'larson', members: 2, allocator: OWN.asked, label: 'own-warm, ' };
  const lineOf = async (allocator: string): Promise<unknown> => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await checkTeams([{ ...check, allocator }]);
    return log.mock.calls[0][0];
  };

  it('attach with the same boxes, and nobody else does', async () => {
    const { create, attach } = await loadSharing(OWN.asked);
    const { handle, audit } = create();
    expect(handle).toMatchObject({ boxes: expect.arrayContaining([expect.objectContaining({ box: 'own-warm' })]) });
    const { attach: standard } = await loadSharing('hakmem-shared');
    expect(() => standard(handle)).toThrow('the heap has own-warm');
    const [one, other] = [attach(handle), attach(handle)];
    other.blocks.free(one.blocks.malloc(100));
    for (const { leave } of [one, other]) leave?.();
    expect(audit!()).toEqual([]);
  });

  it('have their boxes behind checks, too, where the module says so', async () => {
    const { create, attach } = await loadSharing(column('broken').asked);
    const { blocks } = attach(create().handle);
    expect(() => [100, 1_000].map((bytes) => blocks.malloc(bytes))).toThrow(
      /^broken-warm, acquire\(\d+\): SOURCE-1 does not hold/,
    );
  });

  it('are checked on a heap of its own', async () => {
    expect(await lineOf(OWN.asked)).toMatch(/^ok {4}own-warm, larson ×2: \d+ calls, 12 pauses/);
  });

  it('are left out where a heap is for one thread', async () => {
    const { asked } = column('for-one');
    expect(await lineOf(asked)).toBe('--    own-warm, larson ×2: left out, n/a: for one thread');
    const { create } = await loadSharing(asked);
    expect(() => create()).toThrow(expect.toSatisfy(isUnsupported));
  });
});

describe('check', () => {
  it('replays a trace on heaps of its own, in place of hakmem', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    expect(await checkAll('sqlite', [OWN])).toBe(true);
    const lines = log.mock.calls.map(([line]) => line as string);
    expect(lines).toEqual([
      expect.stringMatching(/^ok {4}own-warm, sqlite, shared: \d+ events, 100 checkpoints/),
      expect.stringMatching(/^ok {4}own-warm, sqlite, local: \d+ events, 100 checkpoints/),
    ]);
  });

  it('says of which composition a fault is', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    expect(await checkAll('sqlite', [column('broken')])).toBe(false);
    expect(log.mock.calls[0][0]).toMatch(/^FAIL {2}broken, sqlite, shared: ContractViolation: /);
  });
});

describe('counts', () => {
  it('are those of the heap, which with the same warm pool are the standard ones', async () => {
    const stream = 'random_mixed 256';
    const { composition, ...counts } = await countComposition(`${OWN.asked} on ${stream}`);
    expect(composition).toBe('own-warm');
    expect(counts.warmHits! + counts.warmMisses!).toBeGreaterThan(0);
    expect(countStream('standard', stream)).toEqual({ composition: 'standard', ...counts });
    expect(await countComposition(`standard on ${stream}`)).toMatchObject({ composition: 'standard', ...counts });
  });

  it('are asked for stream by stream, beside the standard ones, and what fails is said', async () => {
    const asked: string[] = [];
    const probe = vi.fn(async (what: string) => {
      asked.push(what);
      return what.endsWith('phases') ? { failure: what } : { found: countStream('standard', 'random_mixed 256') };
    });
    const traces = ['trace file:a on b.trace.br'];
    const { group, failures } = await countCompositions({ columns: [OWN], traces }, probe as typeof runProbe);
    expect(asked.slice(0, 2)).toEqual([
      'composition-counts:standard on random_mixed 4096',
      `composition-counts:${OWN.asked} on random_mixed 4096`,
    ]);
    expect(asked.at(-1)).toBe(`composition-counts:${OWN.asked} on ${traces[0]}`);
    expect(failures).toHaveLength(2);
    expect(group.counts).toHaveLength(asked.length - 2);
    expect(group).toMatchObject({ base: 'standard', variants: [{ name: 'own-warm', differs: OWN.file }], speeds: [] });
  });
});

describe('the plan', () => {
  it('has a column in both tables behind those of hakmem, whatever is picked, run as closely as the goals ask', () => {
    const names = (allocators: readonly { readonly name: string }[]) => allocators.map(({ name }) => name);
    const { single, teams, own } = makePlan({ form: 'quick', allocators: 'empty,hakmem-shared,tlsf', own: [OWN] });
    expect(names(single.allocators)).toEqual(['empty', 'hakmem-shared', 'own-warm', 'tlsf']);
    expect(names(teams.allocators)).toEqual(['empty', 'hakmem-shared', 'own-warm']);
    expect(own).toEqual({ columns: [OWN], traces: [] });
    const start = makePlan({
      form: 'start',
      own: [OWN],
      allocators: 'hakmem-shared,own-warm',
      traces: ['my.trace.br'],
    });
    expect(names(start.single.allocators)).toEqual(['hakmem-shared', 'own-warm']);
    expect(limitsOf(start.single, 'pair 64', 'own-warm')).toBe(start.single.rounds);
    expect(start.own.traces).toEqual(['trace file:my.trace.br']);
  });

  it('asks a process for the module, not for the name', () => {
    const { single } = makePlan({ form: 'quick', allocators: 'empty', own: [OWN] });
    expect(cellsOf(single, ['pair 64']).map(({ allocator, asked }) => [allocator, asked])).toEqual([
      ['empty', 'empty'],
      ['own-warm', OWN.asked],
    ]);
  });
});
