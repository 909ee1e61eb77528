/**
 * What the benches of the packages are written with: mitata, whose table `run` prints, and results/bench.json in the
 * package's folder, which `run` and `note` write, so that turbo can keep the numbers of an unchanged package and a
 * program can read them.
 *
 * A bench that throws, or has no lines, ends the process with an error and leaves no results: a failure must not be
 * cached.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run as runMitata } from 'mitata';

export { bench, do_not_optimize, group, summary } from 'mitata';

const FOLDER = 'results';
const FILE = `${FOLDER}/bench.json`;

/** A line of the table; times in nanoseconds per iteration, or per what the name says. */
export interface Line {
  readonly group: string | null;
  readonly name: string;
  readonly min: number;
  readonly median: number;
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
  /** Timed samples, of one iteration or of a batch, without the two smallest and the two largest. */
  readonly samples: number;
}

/** One number that is no line of the table. */
export interface Note {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** What results/bench.json has. */
export interface BenchResults {
  readonly format: 1;
  readonly package: string;
  readonly node: string;
  readonly v8: string;
  readonly machine: { readonly cpu: string | null; readonly arch: string | null; readonly parallelism: number };
  readonly startedAt: string;
  readonly seconds: number;
  readonly lines: readonly Line[];
  readonly notes: readonly Note[];
}

/** What mitata's run() returns, as far as it is used; its declarations lack the groups. */
interface Outcome {
  readonly layout: readonly { readonly name: string | null | 0 }[];
  readonly context: { readonly arch: string | null; readonly cpu: { readonly name: string | null } };
  readonly benchmarks: readonly { readonly group: number; readonly runs: readonly Run[] }[];
}
interface Run {
  readonly name: string;
  readonly stats: Record<'min' | 'p50' | 'avg' | 'p99' | 'max', number> & { readonly samples: readonly number[] };
}

let results: BenchResults | undefined;

/** Runs all benches, prints the table and writes the results. Once per process. */
export async function run(): Promise<void> {
  rmSync(FILE, { force: true });
  const started = new Date();
  const { layout, context, benchmarks } = (await runMitata({ throw: true })) as unknown as Outcome;
  const lines = benchmarks.flatMap(({ group, runs }) => runs.map((each) => line(layout[group].name || null, each)));
  if (lines.length === 0) throw new Error('there is no bench to run');
  results = {
    format: 1,
    package: JSON.parse(readFileSync('package.json', 'utf8')).name,
    node: process.versions.node,
    v8: process.versions.v8,
    machine: { cpu: context.cpu.name, arch: context.arch, parallelism: availableParallelism() },
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1_000,
    lines,
    notes: [],
  };
  save(results);
}

/** After `run`: prints a number that the bench has found by itself, and adds it to the results. */
export function note(name: string, value: number, unit: string): void {
  if (results === undefined) throw new Error(`note "${name}" comes before run()`);
  console.log(`${name}: ${Number(value.toPrecision(4))} ${unit}`);
  results = { ...results, notes: [...results.notes, { name, value, unit }] };
  save(results);
}

function line(group: string | null, { name, stats }: Run): Line {
  const { min, p50, avg, p99, max, samples } = stats;
  return { group, name, min, median: p50, mean: avg, p99, max, samples: samples.length };
}

function save(now: BenchResults): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify(now, null, 2)}\n`);
}
