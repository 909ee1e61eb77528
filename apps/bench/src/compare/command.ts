/** The command `compare`: reads the JSON files of two runs, prints what changed, and writes it when asked to. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BenchError } from '../errors.js';
import type { Results } from '../results.js';
import { type Comparison, compareRuns } from './compare.js';
import { renderComparison } from './report.js';

export interface CompareOptions {
  readonly by?: string;
  readonly json?: string;
}

/** `earlier`, `later`: paths. Throws a BenchError for files that are no results of this format. */
export function compareFiles(earlier: string, later: string, { by, json }: CompareOptions): Comparison {
  const comparison = compareRuns(readResults(earlier), readResults(later), by);
  console.log(renderComparison(comparison));
  if (json !== undefined) {
    mkdirSync(dirname(json), { recursive: true });
    writeFileSync(json, `${JSON.stringify({ earlier, later, ...comparison }, null, 2)}\n`);
  }
  return comparison;
}

/** Whether something of hakmem is slower for certain. */
export function hasSlower({ changes }: Comparison): boolean {
  return changes.some(({ allocator, verdict }) => allocator.startsWith('hakmem') && verdict === 'slower');
}

function readResults(path: string): Results {
  let parsed: Partial<Results> | null;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8')) as Partial<Results> | null;
  } catch (error) {
    throw new BenchError(`${path}: ${(error as Error).message}`);
  }
  if (parsed?.format === 2 && Array.isArray(parsed.rows) && Array.isArray(parsed.teams)) return parsed as Results;
  throw new BenchError(`${path} is no file of results in format 2, which --json writes; its format: ${parsed?.format}`);
}
