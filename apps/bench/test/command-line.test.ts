import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packagePath } from '../src/paths.js';
import type { Results } from '../src/results.js';

const folder = mkdtempSync(join(tmpdir(), 'hakmem-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  return spawnSync(process.execPath, [packagePath('dist/main.js'), ...args], { encoding: 'utf8' });
}

describe('the command line', () => {
  it('runs cells and probes, prints lines and tables, writes the JSON', { timeout: 120_000 }, () => {
    const json = join(folder, 'results.json');
    const columns = ['empty', 'hakmem-shared', 'tlsf'];
    const options = ['--only', '^pair|^random_mixed 256$', '--allocators', columns.join(), '--time-budget', '2'];
    const { status, stdout, stderr } = run(...options, '--json', json);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\[1\/2\] random_mixed 256, M\/s: empty \d/);
    const results = JSON.parse(readFileSync(json, 'utf8')) as Results;
    expect(results.rows.map(({ workload }) => workload)).toEqual(['random_mixed 256', 'pair 64']);
    for (const { cells } of results.rows) expect(cells.map(({ allocator }) => allocator)).toEqual(columns);
    expect(results.failures).toEqual([]);
    expect(results.counts!.sharedSlots.superSlabsAtPeak).toBeLessThan(results.counts!.oneClass.superSlabsAtPeak);
    expect(results.giveBack!.returned).toBeGreaterThan(0.5);
    expect(results.memory!.touched.data).toBeGreaterThan(results.memory!.liveBytes);
  });

  it('runs cells with several Workers beside the others, or alone', { timeout: 120_000 }, () => {
    const json = join(folder, 'teams.json');
    const options = ['--only', '^(larson|mid 8-32K)( ×[12])?$', '--allocators', 'empty,hakmem-shared'];
    const { status, stdout, stderr } = run(...options, '--time-budget', '4', '--json', json);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\[1\/5\] mid 8-32K, M\/s: empty \d/);
    expect(stdout).toMatch(/^\[5\/5\] mid 8-32K ×2, M\/s: empty \d/m);
    const results = JSON.parse(readFileSync(json, 'utf8')) as Results;
    expect(results.rows.map(({ workload }) => workload)).toEqual(['mid 8-32K']);
    expect(results.teams.map(({ workload, members }) => [workload, members])).toEqual([
      ['larson ×1', 1],
      ['larson ×2', 2],
      ['mid 8-32K ×1', 1],
      ['mid 8-32K ×2', 2],
    ]);
    expect(results.goals.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^larson on 2 Workers: times/));
    expect(results.failures).toEqual([]);
  });

  it.each([
    [['--allocators', 'glibc'], 'no allocator is called "glibc"'],
    [['--only', 'nothing'], 'no workload matches'],
  ])('refuses %j', (args, complaint) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(complaint);
  });

  it('replays a trace under the shadow checker', { timeout: 60_000 }, () => {
    const { status, stdout } = run('check', 'ffmpeg');
    expect(stdout.match(/^ok {4}ffmpeg, (shared|local): 54258 events, 100 checkpoints/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^ok {4}trace ffmpeg, once ×3: 54258 calls, \d+ pauses, 4 blocks held in the end/m);
    expect(status).toBe(0);
  });

  it('exercises a big heap', { timeout: 60_000 }, () => {
    const { status, stdout } = run('big');
    expect(stdout).toMatch(/\nok\n$/);
    expect(status).toBe(0);
  });
});
