#!/usr/bin/env node
/**
 * `conformance <module> [--seed n] [--runs n]`: judges the box that a module exports, and says for each clause whether it holds.
 *
 *   export default () => …    makes a recipe, an address space, or a heap
 *   export const options      options of its suite; may be left out
 *   export const recipe       the same factory once more, for Workers; may be left out
 *
 * Exit code 0: every case holds; 1: some do not; 2: there was nothing to judge.
 */

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Case, judge, type Suite } from './suite.js';
import { type Factory, type SuiteOptions, suiteFor } from './suites/index.js';

interface Module {
  readonly default?: Factory;
  readonly options?: SuiteOptions;
  readonly recipe?: Factory;
}

const USAGE = 'usage: conformance <module> [--seed <integer>] [--runs <integer>]';

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: 'string' }, runs: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help || positionals.length !== 1) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const url = pathToFileURL(resolve(positionals[0]));
  const suite = await suiteOf(url, { ...number('seed', values.seed), ...number('runs', values.runs) });
  console.log(suite.title);
  let failed = 0;
  for (const each of suite.cases) if (!(await tell(suite, each))) failed++;
  console.log(`${suite.cases.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function suiteOf(url: URL, chance: SuiteOptions): Promise<Suite> {
  const module = (await import(url.href)) as Module;
  const make = module.default ?? module.recipe;
  if (typeof make !== 'function') throw new Error(`${url.pathname} has no default export that makes a box`);
  const workers = typeof module.recipe === 'function' ? { workers: { module: url } } : {};
  return suiteFor(make, { ...workers, ...module.options, ...chance });
}

function number(name: string, text: string | undefined): SuiteOptions {
  if (text === undefined) return {};
  if (/^\d{1,9}$/.test(text)) return { [name]: Number(text) };
  throw new Error(`--${name} is ${JSON.stringify(text)}; expected an integer from 0 to 999999999`);
}

/** Runs one case and prints a line; the violation below it when it does not hold. */
async function tell({ title }: Suite, each: Case): Promise<boolean> {
  const [refusal] = (await judge({ title, cases: [each] })).refusals;
  console.log(`${refusal === undefined ? 'ok  ' : 'FAIL'} ${each.clauses.join(', ')}: ${each.what}`);
  if (refusal !== undefined) console.log(indent(messageOf(refusal.error)));
  return refusal === undefined;
}

function messageOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}\n${error.cause.message}` : error.message;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '     ');
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
