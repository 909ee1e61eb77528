/**
 * Bundles a module with all that it imports, from the sources of this workspace, into one file that a Worker loads as it is;
 * with faults put into the sources on the way, to see them caught.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** A change of a source file: the only occurrence of `from` in it becomes `to`. */
export interface Change {
  /** The end of the file's path, such as `remote-queue/src/queue.ts`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const directory = mkdtempSync(join(tmpdir(), 'hakmem-torture-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
let bundles = 0;

/** Bundles `entry` and returns the URL of the result. Throws when a change does not find its place. */
export async function bundle(entry: URL, changes: readonly Change[] = []): Promise<URL> {
  const outfile = join(directory, `bundle-${++bundles}.mjs`);
  const made = new Set<Change>();
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@hakmem/source'],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, target: 'es2022' } },
    plugins: changes.length === 0 ? [] : [changing(changes, made)],
    logLevel: 'silent',
  });
  for (const change of changes) if (!made.has(change)) throw new Error(`no file ${change.file} was bundled`);
  return pathToFileURL(outfile);
}

function changing(changes: readonly Change[], made: Set<Change>): Plugin {
  return {
    name: 'changes',
    setup: (plugin) =>
      plugin.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const mine = changes.filter(({ file }) => path.endsWith(`/${file}`));
        if (mine.length === 0) return null;
        let contents = readFileSync(path, 'utf8');
        for (const change of mine) {
          const pieces = contents.split(change.from);
          if (pieces.length !== 2) throw new Error(`${pieces.length - 1} places in ${change.file} are: ${change.from}`);
          contents = pieces.join(change.to);
          made.add(change);
        }
        return { contents, loader: 'ts' };
      }),
  };
}
