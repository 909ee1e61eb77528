/** Runs another program in a fresh process and reads the one line of JSON that it prints. */

import { spawn } from 'node:child_process';
import { BenchError } from './errors.js';
import { packagePath } from './paths.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** The process is ended after so many milliseconds. */
  readonly timeoutMs: number;
  /** That of this process unless given. */
  readonly env?: NodeJS.ProcessEnv;
  /** For its standard input. */
  readonly input?: Uint8Array;
}

/** After how many milliseconds the process of a cell is ended: one repetition may take far longer than the cell's budget. */
export function timeoutFor(budgetMs: number): number {
  return 30_000 + 20 * budgetMs;
}

/** `program` is a file in dist. The process is ended after `timeoutMs`. */
export function runProgram(program: string, argument: string, timeoutMs: number): Promise<unknown> {
  return runCommand({ file: process.execPath, args: [packagePath(`dist/${program}`), argument], timeoutMs });
}

/** Runs any program that prints one line of JSON. Rejects with a BenchError when it fails. */
export function runCommand({ file, args, timeoutMs, env, input }: Command): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs, env: env ?? process.env });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    // A process that ends before it has read all of its input says why in another way.
    child.stdin.on('error', () => {}).end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(JSON.parse(output));
        return;
      }
      const how = signal === 'SIGTERM' ? `took longer than ${timeoutMs / 1000} s` : `ended with ${signal ?? code}`;
      reject(new BenchError(`${how}${complaint === '' ? '' : `: ${lastWords(complaint)}`}`));
    });
  });
}

/** The line of a stack trace or of V8's farewell that says what happened. */
function lastWords(complaint: string): string {
  const lines = complaint.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\S*Error\b|FATAL/.test(line)) ?? lines.filter((line) => line !== '').at(-1) ?? '';
}
