// What the README of a package tells its reader to type, in a form that a program can follow:
//
//   ## Install            a block of one line, `npm install …`
//   ## Example            a js block and, directly after it, a text block with exactly what it prints
//
// Between a heading and its block there may be text, and no other heading.

import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';

const INSTALL = /^## Install\n(?:(?!#+ |```).*\n)*```(?:sh)?\n(.*)\n```$/m;
const EXAMPLE = /^## Example\n(?:(?!#+ |```).*\n)*```js\n([\s\S]*?)^```\n\s*```text\n([\s\S]*?)^```$/m;
const COMMAND = /^npm install(?: (?:--save-dev|-D|(?:@[\w.-]+\/)?[\w.-]+))+$/;
const IMPORT = /^(?:import|export)\s(?:[\w\s{},*]+\sfrom\s)?['"]([^'"]+)['"]/gm;

/** The command and the example of the package in `dir`; throws an Error that says what README.md lacks. */
export function readReadme(dir) {
  const file = join(dir, 'README.md');
  if (!existsSync(file)) throw new Error('there is no README.md');
  const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
  const example = EXAMPLE.exec(text);
  if (example === null)
    throw new Error('README.md has no `## Example` with a js block and, directly after it, a text block');
  const command = INSTALL.exec(text)?.[1];
  if (command === undefined) throw new Error('README.md has no `## Install` with a block of one line');
  if (!COMMAND.test(command)) throw new Error(`README.md installs with "${command}"; expected npm install and names`);
  const [, source, printed] = example;
  return { command, source, printed, imports: importedPackages(source) };
}

/** Names of the packages that the source imports; `node:` stands for all of Node's modules. */
function importedPackages(source) {
  const names = [...source.matchAll(IMPORT)].map(([, specifier]) => {
    if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return 'node:';
    return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  });
  return [...new Set(names)];
}
