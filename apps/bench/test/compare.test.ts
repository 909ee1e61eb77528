import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { compareFiles, hasSlower } from '../src/compare/command.js';
import { type Compared, compareRuns } from '../src/compare/compare.js';
import { renderComparison } from '../src/compare/report.js';
import { BenchError } from '../src/errors.js';
import { normalDraw, seededRandom } from '../src/statistics/random.js';
import { cell, cellOf, row, teamRow } from './statistics/cells.js';
import { Machine, QUIET, SHARED } from './statistics/machine.js';

const MACHINE = { cpu: 'a cpu', cores: 2, parallelism: 2, memoryBytes: 1, platform: 'p', node: '20.0.0', v8: '11' };
const SIX = Array<number>(6).fill(100);
const times = (factor: number) => SIX.map((rate) => rate * factor);
const SEED = 1_605;

function run(rows: Compared['rows'], teams: Compared['teams'] = [], node = MACHINE.node): Compared {
  return { form: 'start', machine: { ...MACHINE, node }, rows, teams };
}

/** A run in which everything is `speed` times as fast, and hakmem `factor` times as fast as the system. */
function simple(speed: number, factor: number): Compared {
  const cells = [
    cell('empty', times(3 * speed)),
    cell('hakmem-shared', times(speed * factor)),
    cell('system', times(speed)),
  ];
  return run([row('pair 64', cells)], [teamRow('larson', 2, cells)]);
}

describe('compareRuns', () => {
  it('does not mind that the machine was slower', () => {
    const { by, changes } = compareRuns(simple(1, 2), simple(0.5, 2));
    expect(by).toBe('system');
    expect(changes.map(({ workload, allocator, verdict }) => [workload, allocator, verdict])).toEqual([
      ['pair 64', 'empty', 'same'],
      ['pair 64', 'hakmem-shared', 'same'],
      ['larson ×2', 'empty', 'same'],
      ['larson ×2', 'hakmem-shared', 'same'],
    ]);
  });

  it('sees what changed, and which way', () => {
    const slower = compareRuns(simple(1, 2), simple(1, 1.6));
    const ours = slower.changes.filter(({ allocator }) => allocator === 'hakmem-shared');
    expect(ours).toMatchObject(Array(2).fill({ ratio: expect.closeTo(0.8), rounds: [6, 6], verdict: 'slower' }));
    expect(slower.means).toMatchObject([
      { allocator: 'empty' },
      { allocator: 'hakmem-shared', rows: 2, verdict: 'slower' },
    ]);
    expect(hasSlower(slower)).toBe(true);
    const faster = compareRuns(simple(1, 2), simple(1, 2.4));
    expect(faster.changes[1].verdict).toBe('faster');
    expect(hasSlower(faster)).toBe(false);
  });

  it('does not call what one round shows', () => {
    const once = (factor: number) =>
      run([row('pair 64', [cell('hakmem-shared', [100 * factor]), cell('system', [100])])]);
    expect(compareRuns(once(1), once(0.6)).changes).toMatchObject([{ verdict: 'unclear', rounds: [1, 1] }]);
  });

  it('takes the empty loop where there is no native, and what is asked for', () => {
    const cells = [cell('empty', SIX), cell('hakmem-shared', SIX), cell('tlsf', SIX)];
    const runs = [run([row('pair 64', cells)]), simple(1, 1)] as const;
    expect(compareRuns(...runs).by).toBe('empty');
    expect(compareRuns(runs[0], runs[0], 'tlsf')).toMatchObject({
      by: 'tlsf',
      changes: [{ allocator: 'empty' }, { allocator: 'hakmem-shared' }],
    });
    expect(() => compareRuns(...runs, 'tlsf')).toThrow(BenchError);
    expect(() => compareRuns(...runs, 'tlsf')).toThrow('tlsf was not measured in both runs');
  });

  it('says what it cannot compare, and what else is different', () => {
    const other = run([row('pair 64', [cell('system', SIX)]), row('large', [cell('system', SIX)])], [], '24.0.0');
    const { changes, notes } = compareRuns(simple(1, 1), other);
    expect(changes).toEqual([]);
    expect(notes).toEqual(['node: 20.0.0 then, 24.0.0 now', 'in one of the runs only: larson ×2, large']);
  });

  it(`calls at most one of 20 cells different in two runs of the same code (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    let called = 0;
    let cells = 0;
    for (const noise of [QUIET, SHARED]) {
      for (let pair = 0; pair < 12; pair++) {
        const [earlier, later] = [playedRun(noise), playedRun(noise)];
        const { changes } = compareRuns(earlier, later);
        cells += changes.length;
        called += changes.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower').length;
      }
    }
    expect(cells).toBe(12 * 2 * 5 * 2);
    expect(called / cells).toBeLessThanOrEqual(0.05);

    /** Five rows of three cells; in each run every cell is a little off, in all of its rounds. */
    function playedRun(noise: typeof QUIET): Compared {
      const machine = new Machine(noise, random);
      const rows = Array.from({ length: 5 }, (_, i) => {
        const rates = [100, 150, 300].map((rate) => rate * Math.exp(0.015 * normalDraw(random)));
        const names = ['system', 'hakmem-shared', 'empty'];
        const played = machine.cells(rates, 8);
        return row(
          `row ${i}`,
          names.map((name, j) => cellOf(name, played[j].rounds)),
        );
      });
      return run(rows);
    }
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakmem-compare-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = (name: string, content: unknown) => {
    const file = join(folder, name);
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };

  it('reads both files, prints a table, writes the comparison', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const json = join(folder, 'c.json');
    const files = [simple(1, 2), simple(1, 1.6)].map((content, i) => path(`${i}.json`, { format: 2, ...content }));
    const comparison = compareFiles(files[0], files[1], { json });
    expect(log.mock.calls.flat().join('\n')).toBe(renderComparison(comparison));
    log.mockRestore();
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ by: 'system', earlier: files[0], later: files[1] });
    const text = renderComparison(comparison);
    expect(text).toMatch(/│ pair 64 +│ +1\.00 ±0 = │ +0\.800 ±0 - │/);
    expect(text).toContain('divided by the cell of system');
    expect(text).toContain('Changed: pair 64, hakmem-shared slower: 0.800 (0.800–0.800)');
  });

  it('refuses files that are no results', () => {
    const fine = path('fine.json', { format: 2, ...simple(1, 1) });
    for (const [name, content, complaint] of [
      ['old.json', { format: 1, rows: [], teams: [] }, 'its format: 1'],
      ['other.json', 'null', 'no file of results'],
      ['broken.json', '{', 'broken.json: '],
    ] as const) {
      const file = path(name, content);
      expect(() => compareFiles(fine, file, {})).toThrow(BenchError);
      expect(() => compareFiles(fine, file, {})).toThrow(complaint);
    }
    expect(() => compareFiles(fine, join(folder, 'none.json'), {})).toThrow(BenchError);
  });
});
