/** Which modules `--compose` takes, and what it says of the others. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BenchError } from '../../src/errors.js';
import { loadOwn } from '../../src/own/composition.js';
import { findCompositions } from '../../src/own/find.js';
import { packagePath } from '../../src/paths.js';

const folder = mkdtempSync(join(tmpdir(), 'hakmem-own-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ownWarm = packagePath('test/own/modules/own-warm.mjs');

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** What is said of a module, behind its file. */
async function complaint(...files: string[]): Promise<string> {
  const error = await findCompositions(files).then(
    () => expect.unreachable('it was taken'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BenchError);
  const prefix = `--compose ${files.at(-1)}: `;
  expect((error as BenchError).message.startsWith(prefix)).toBe(true);
  return (error as BenchError).message.slice(prefix.length);
}

describe('a module', () => {
  it('is found by its path from the current directory and by its whole path, and called like its file', async () => {
    const file = relative(process.cwd(), ownWarm);
    const [near] = await findCompositions([file]);
    const [far] = await findCompositions([ownWarm]);
    expect(near).toMatchObject({ name: 'own-warm', kind: 'composition', file });
    expect(far).toEqual({ ...near, file: ownWarm });
    expect((await loadOwn(near.asked)).parts().warm?.box).toBe('own-warm');
  });

  it('has the name that it exports, and a function is called for each heap', async () => {
    const text = 'let calls = 0; export const name = "n-1"; export default () => ({ prewarmCount: ++calls });';
    const [found] = await findCompositions([written('any.mjs', text)]);
    expect(found.name).toBe('n-1');
    const { parts } = await loadOwn(found.asked);
    expect(parts().prewarmCount).toBe(Number(parts().prewarmCount) - 1);
  });

  it('may leave out what makes a heap one of several threads', async () => {
    expect(await findCompositions([packagePath('test/own/modules/for-one.mjs')])).toHaveLength(1);
  });

  it.each([
    ['no-default.mjs', 'export const warm = null;', /^it exports warm and no default; the default export has to be/],
    ['nothing.mjs', '', /^it exports nothing and no default/],
    ['number.mjs', 'export default 7;', /^it gives 7; the default export has to be an object of boxes by role/],
    ['promise.mjs', 'export default async () => ({});', /^its function returns a promise/],
    ['recipe.mjs', 'export default { words() {}, build() {} };', /^it gives a recipe, and does not say for which role/],
    ['memory.mjs', 'export default { memory: {} };', /^it gives a memory, which the bench makes for each heap/],
    ['role.mjs', 'export default { warmPool: null };', /^it has warmPool, and the parts are registry, pool, warm, /],
    [
      'syntax.mjs',
      'export default {',
      /^it cannot be imported: .+; a module is wanted that this Node imports by itself/,
    ],
    ['missing.mjs', 'import "./nowhere.mjs";', /^it cannot be imported: .*nowhere\.mjs/],
    ['seven.mjs', 'export default { warm: 7 };', /^no heap can be made of it: CompositionError: .*as warm/],
    ['throws.mjs', 'export default () => { throw new RangeError("no"); };', /^no heap can .+: RangeError: no$/],
    ['a,b.mjs', 'export default {};', /^the file's name, "a,b", cannot be a column's; export a `name`/],
    ['named.mjs', 'export const name = 7; export default {};', /^the export `name`, 7, cannot be a column's/],
    ['tlsf.mjs', 'export default {};', /^"tlsf" is an allocator of the bench; export another `name`$/],
    ['locked.mjs', 'export const name = "tlsf-locked"; export default {};', /^"tlsf-locked" is an allocator/],
  ])('%s is refused', async (name, text, expected) => {
    expect(await complaint(written(name, text))).toMatch(expected);
  });

  it('is refused when it is not there, is a folder, or has the name of another', async () => {
    expect(await complaint(join(folder, 'none.mjs'))).toBe('there is no such file; the path of a module is wanted');
    expect(await complaint(folder)).toBe('there is no such file; the path of a module is wanted');
    expect(await complaint(ownWarm, relative(process.cwd(), ownWarm))).toBe(
      `"own-warm" is the composition of ${ownWarm}; export another \`name\``,
    );
  });

  it('is refused when its boxes break their contract at once, and says which', async () => {
    const said = await complaint(packagePath('test/own/modules/broken.mjs'));
    expect(said).toMatch(/^no heap can be made of it: ContractViolation: .*SOURCE-1/);
  });
});
