import { spawn } from 'node:child_process';

/** Runs a program, for at most `timeout` ms: what it wrote and how it ended. With `shell`, `command` is a line. */
export function runProcess(command, args, { cwd, env = process.env, shell = false, timeout = 60_000 } = {}) {
  const child = spawn(command, args, { cwd, env, shell, timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      written[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ ...written, status, signal }));
  });
}

/** Calls `work` for each item, for `count` of them at a time. */
export async function eachOf(items, count, work) {
  const left = [...items];
  const next = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, next));
}
