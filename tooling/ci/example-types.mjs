// Compiles examples as their readers' compilers would: strict, and the declarations of the packages are checked, too.
// Each example is a program of its own, so that none sees what another one's packages declare. What all of them need,
// the libraries of TypeScript and the types of Node, is parsed once and taken for right.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root } from './workspace.mjs';

const require = createRequire(join(root, 'packages', 'contracts', 'package.json'));
const nodeTypes = dirname(dirname(require.resolve('@types/node/package.json')));

const base = { target: 'ES2022', strict: true, skipLibCheck: false };
const node16 = { ...base, module: 'Node16', moduleResolution: 'Node16' };
const bundler = { ...base, module: 'ESNext', moduleResolution: 'Bundler', noEmit: true };
const inNode = { lib: ['ES2022'], types: ['node'], typeRoots: [nodeTypes] };
const inBrowsers = { lib: ['ES2022', 'DOM'], types: [] };
const nowhere = { lib: ['ES2022'], types: [] };
// Node's types do not have WebAssembly.
const inBoth = { ...inNode, lib: inBrowsers.lib };

/** Ways to compile, what is compiled, and what its compiler knows of. `node16` leaves example.mjs beside example.mts. */
export const ways = [
  {
    name: 'node16',
    file: 'example.mts',
    options: ({ source }) => ({ ...node16, ...(source.includes('WebAssembly') ? inBoth : inNode) }),
  },
  {
    name: 'bundler',
    file: 'example.mts',
    options: ({ imports }) => ({ ...bundler, ...(imports.includes('node:') ? inNode : inBrowsers) }),
  },
  { name: 'declarations', file: 'entries.mts', options: () => ({ ...bundler, ...nowhere }) },
];

/** Compiles the way's file in the folder of the example; what the compiler says, '' when that is nothing. */
export function compileExample(way, example) {
  const { options, errors } = ts.convertCompilerOptionsFromJson(way.options(example), example.folder);
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => example.folder;
  shareParsed(host, way.name);
  const program = ts.createProgram([join(example.folder, way.file)], options, host);
  const found = [...errors, ...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of program.getSourceFiles()) {
    if (isShared(file.fileName)) continue;
    found.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
  }
  if (found.length === 0 && !options.noEmit) found.push(...program.emit().diagnostics);
  return ts.formatDiagnostics(found, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => example.folder,
    getNewLine: () => '\n',
  });
}

const parsed = new Map();

/** Makes the host take shared files from those that have been parsed for the same way. */
function shareParsed(host, wayName) {
  const parse = host.getSourceFile;
  host.getSourceFile = (fileName, ...rest) => {
    if (!isShared(fileName)) return parse(fileName, ...rest);
    const key = `${wayName} ${fileName}`;
    if (!parsed.has(key)) parsed.set(key, parse(fileName, ...rest));
    return parsed.get(key);
  };
}

function isShared(fileName) {
  return /\/node_modules\/(typescript\/lib|@types\/node|undici-types)\//.test(fileName) && !fileName.includes(HOME);
}

/** In the name of each folder in which examples are: nothing that was installed there is shared. */
export const HOME = 'hakmem-examples-';
