import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findCompiler } from '../src/native/compile.js';
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
    const [html, csv] = [join(folder, 'results.html'), join(folder, 'results.csv')];
    const { status, stdout, stderr } = run(...options, '--json', json, '--html', html, '--csv', csv);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>/);
    expect(readFileSync(csv, 'utf8').trimEnd().split('\n')).toHaveLength(1 + 2 * columns.length);
    expect(stdout).toMatch(/^\[1\/2\] random_mixed 256, M\/s: empty \d/);
    const results = JSON.parse(readFileSync(json, 'utf8')) as Results;
    expect(results.rows.map(({ workload }) => workload)).toEqual(['random_mixed 256', 'pair 64']);
    expect(results.format).toBe(2);
    for (const { cells, ratios } of results.rows) {
      expect(cells.map(({ allocator }) => allocator)).toEqual(columns);
      expect(ratios.map(({ of, to }) => [of, to])).toEqual([
        ['hakmem-shared', 'empty'],
        ['hakmem-shared', 'tlsf'],
      ]);
    }
    const [cell] = results.rows[0].cells;
    expect(cell.outcome === 'measured' && cell.warmUps?.length).toBe(cell.outcome === 'measured' && cell.rounds.length);
    expect(results.failures).toEqual([]);
    expect(results.counts!.sharedSlots.superSlabsAtPeak).toBeLessThan(results.counts!.oneClass.superSlabsAtPeak);
    expect(results.giveBack!.returned).toBeGreaterThan(0.5);
    expect(results.memory!.touched.data).toBeGreaterThan(results.memory!.liveBytes);
  });

  it('runs cells with several Workers beside the others, and compositions of the user', { timeout: 120_000 }, () => {
    const json = join(folder, 'teams.json');
    const options = ['--quick', '--only', '^(larson|mid 8-32K)( ×[12])?$', '--allocators', 'empty,hakmem-shared'];
    const own = join('test', 'own', 'modules', 'own-warm.mjs');
    const { status, stdout, stderr } = run(
      ...options,
      '--compose',
      own,
      '--time-budget',
      '3',
      '--json',
      json,
      '--html',
      join(folder, 'teams.html'),
    );
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
    for (const { cells, ratios } of [...results.rows, ...results.teams]) {
      expect(cells.map(({ allocator }) => allocator)).toEqual(['empty', 'hakmem-shared', 'own-warm']);
      expect(cells.map(({ outcome }) => outcome)).toEqual(Array(3).fill('measured'));
      expect(ratios.map(({ of, to }) => [of, to])).toContainEqual(['hakmem-shared', 'own-warm']);
    }
    const { counts, variants } = results.own!;
    expect(variants).toEqual([{ name: 'own-warm', differs: own }]);
    for (const [at, { composition, ...count }] of counts.entries()) {
      expect(composition).toBe(at % 2 === 0 ? 'standard' : 'own-warm');
      expect(counts[at ^ 1]).toMatchObject(count);
    }
    expect(counts.length).toBeGreaterThan(4);
    expect(stdout.match(/│ +own-warm │/g)!.length).toBeGreaterThanOrEqual(4);
    expect(stdout).toMatch(/COMPOSITIONS OF YOUR OWN\n.*\n {2}own-warm/);
    expect(results.goals.map(({ what }) => what)).toContainEqual(expect.stringMatching(/^larson on 2 Workers: times/));
    expect(results.failures).toEqual([]);
  });

  it('has a row for a trace of the user, and tells what changed between two runs', { timeout: 120_000 }, () => {
    const json = join(folder, 'own.json');
    const trace = packagePath('traces/sqlite.trace.br');
    const options = ['--only', '^pair', '--trace', trace, '--allocators', 'empty,hakmem-shared', '--time-budget', '1'];
    expect(run(...options, '--json', json, '--html', join(folder, 'own.html')).stderr).toBe('');
    const results = JSON.parse(readFileSync(json, 'utf8')) as Results;
    expect(results.rows.map(({ workload }) => workload)).toEqual(['pair 64', `trace file:${trace}`]);
    expect(results.failures).toEqual([]);
    const changes = join(folder, 'changes.json');
    const { status, stdout } = run('compare', json, json, '--fail-on-slower', '--json', changes);
    expect(stdout).toContain('divided by the cell of empty');
    expect(JSON.parse(readFileSync(changes, 'utf8'))).toMatchObject({
      by: 'empty',
      changes: [{ ratio: 1 }, { ratio: 1 }],
    });
    expect(status).toBe(0);
  });

  it.skipIf(findCompiler() === null)(
    'measures a native rival beside hakmem (needs a C compiler)',
    { timeout: 120_000 },
    () => {
      const json = join(folder, 'native.json');
      const options = ['--only', '^pair|^larson ×1', '--allocators', 'hakmem-shared,system', '--time-budget', '1'];
      const { stdout, stderr } = run(...options, '--json', json, '--html', join(folder, 'native.html'));
      expect(stderr).toBe('');
      const results = JSON.parse(readFileSync(json, 'utf8')) as Results;
      expect(results.rivals.available).toContainEqual({ name: 'system', version: expect.any(String) });
      const [pair, larson] = [...results.rows, ...results.teams];
      for (const { cells } of [pair, larson])
        expect(cells.map(({ outcome }) => outcome)).toEqual(['measured', 'measured']);
      expect(results.ratioGoals.map(({ what, to }) => [what, to])).toEqual([
        ['pair 64', 'system'],
        ['larson ×1', 'system'],
      ]);
      expect(stdout).toContain('the speed to reach');
    },
  );

  it('sweeps sizes and slots into a CSV file', { timeout: 120_000 }, () => {
    const csv = join(folder, 'sweep.csv');
    const options = ['--bytes', '48,100', '--slots', '32', '--allocators', 'hakmem-shared,empty', '--time-budget', '1'];
    const { status, stdout, stderr } = run('sweep', ...options, '--csv', csv);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('48 × 32');
    const [, ...lines] = readFileSync(csv, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    expect(lines.map(([allocator, bytes, slots]) => [allocator, bytes, slots])).toEqual([
      ['hakmem-shared', '48', '32'],
      ['empty', '48', '32'],
      ['hakmem-shared', '100', '32'],
      ['empty', '100', '32'],
    ]);
    for (const [allocator, bytes, , rate, low, high, live, touched] of lines) {
      expect(Number(low)).toBeLessThanOrEqual(Number(rate));
      expect(Number(high)).toBeGreaterThanOrEqual(Number(rate));
      if (allocator === 'empty') expect([live, touched]).toEqual(['', '']);
      else expect([Number(live) % Number(bytes), Number(touched) > Number(live)]).toEqual([0, true]);
    }
  });

  it.each([
    [['--allocators', 'glibc'], 'no allocator is called "glibc"'],
    [['--only', 'nothing'], 'no workload matches'],
    [['--only', 'nothing', '--allocators', 'empty', '--trace', 'none.trace.br'], 'none.trace.br'],
    [['sweep', '--slots', '100000', '--allocators', 'empty'], '100000 slots: whole numbers of 1 to 65536'],
    [['--compose', 'none.mjs'], '--compose none.mjs: there is no such file'],
    [['check', 'sqlite', '--compose', 'package.json'], '--compose package.json: it cannot be imported'],
    [['compare', 'package.json', 'package.json'], 'package.json is no file of results'],
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
