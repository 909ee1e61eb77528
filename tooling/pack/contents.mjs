// Which files belong into a published package: package.json, README.md and LICENSE, CHANGELOG.md as soon as there is
// one; all of src, which is TypeScript and no tests; and of dist the entries of `exports` and `bin`, what they name by a
// relative path, and a map beside each script, whose sources are there, too. Nothing else: no tests, results, reports
// or leftovers of a former build.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const MARKED = /["'](\.{1,2}\/[^"'\n]+\.js)["']/g;

/** What is wrong with the files in `unpacked`, a tarball of the package in `folder`, one sentence each. */
export function contentProblems(unpacked, folder, manifest) {
  const files = filesIn(unpacked);
  const expected = expectedFiles(unpacked, folder, manifest);
  const problems = [];
  for (const file of expected) if (!files.has(file)) problems.push(`${file} is missing in the tarball`);
  for (const file of files) if (!expected.has(file)) problems.push(`${file} does not belong into the tarball`);
  for (const file of files) {
    const content = readFileSync(join(unpacked, file), 'utf8');
    if (content.includes(folder)) problems.push(`${file} has the path of this checkout in it`);
    if (file.endsWith('.js.map')) problems.push(...mapProblems(file, JSON.parse(content), files));
  }
  return problems;
}

function expectedFiles(unpacked, folder, { exports, bin = {} }) {
  const expected = new Set(['package.json', 'README.md', 'LICENSE']);
  if (existsSync(join(folder, 'CHANGELOG.md'))) expected.add('CHANGELOG.md');
  for (const file of filesIn(join(folder, 'src'))) {
    if (/\.ts$/.test(file) && !/\.(test|bench)\.ts$/.test(file)) expected.add(`src/${file}`);
  }
  for (const entry of [...Object.values(exports), bin]) {
    for (const target of typeof entry === 'string' ? [entry] : Object.values(entry)) {
      addReachable(posix.normalize(target), unpacked, expected);
    }
  }
  return expected;
}

/** Adds the file, its map if it is a script, and what it names: chunks, workers, declarations. */
function addReachable(file, unpacked, expected) {
  if (expected.has(file)) return;
  expected.add(file);
  if (!existsSync(join(unpacked, file))) return;
  const isDeclaration = file.endsWith('.d.ts');
  if (file.endsWith('.js')) expected.add(`${file}.map`);
  else if (!isDeclaration) return;
  for (const [, path] of readFileSync(join(unpacked, file), 'utf8').matchAll(MARKED)) {
    const target = posix.join(posix.dirname(file), path);
    if (target.startsWith('dist/'))
      addReachable(isDeclaration ? target.replace(/\.js$/, '.d.ts') : target, unpacked, expected);
  }
}

function mapProblems(file, { sources }, files) {
  const lost = sources.filter((source) => !files.has(posix.join(posix.dirname(file), source)));
  return lost.map((source) => `${file} names ${source}, which is not in the tarball`);
}

/** All files below `folder`, as a set of paths with slashes. */
function filesIn(folder) {
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return new Set(files.map((file) => file.slice(folder.length + 1).replaceAll('\\', '/')));
}
