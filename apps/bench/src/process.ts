/** Runs one of the bench's other programs in a fresh process and reads the one line of JSON that it prints. */

import { spawn } from 'node:child_process';
import { BenchError } from './errors.js';
import { packagePath } from './paths.js';

/** `program` is a file in dist. The process is ended after `timeoutMs`. */
export function runProgram(program: string, argument: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const path = packagePath(`dist/${program}`);
    const child = spawn(process.execPath, [path, argument], { stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
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
