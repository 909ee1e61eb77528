/**
 * The rules of src/fit.ts in types: what must not compile does not, and what the compiler then says is in a file, word for word,
 * to be read in reviews (`vitest -u` writes it anew); what must compile does, and has the type that it should. All programs are
 * files in memory, compiled at once as the package itself is.
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { PRELUDE, RIGHT, WRONG } from './compositions.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const NAMES = [...WRONG, ...RIGHT].map(({ name }) => name);

const fileOf = (name: string): string => join(HERE, `composition-${NAMES.indexOf(name)}.ts`);

function compile(): ts.Program {
  const path = join(HERE, '..', 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, ts.sys.readFile).config,
    ts.sys,
    dirname(path),
  );
  const programs = new Map(
    [...WRONG, ...RIGHT].map(({ name, code }) => [fileOf(name), `${PRELUDE}\nexport const result = ${code};\n`]),
  );
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = programs.get(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version);
  };
  return ts.createProgram([...programs.keys()], options, host);
}

let program: ts.Program;

beforeAll(() => {
  program = compile();
}, 120_000);

/** What the compiler says to a program, as it says it. */
function messages(name: string): string[] {
  const file = program.getSourceFile(fileOf(name));
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  return found.map(({ code, messageText }) => `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

/** The type of the program's result. */
function typeOf(name: string): string {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(fileOf(name)) ?? expect.fail(`no program ${name}`);
  const module = checker.getSymbolAtLocation(file) ?? expect.fail('the program is no module');
  const result = checker.getExportsOfModule(module).find((symbol) => symbol.name === 'result');
  return checker.typeToString(checker.getTypeOfSymbol(result ?? expect.fail('the program has no result')));
}

describe('does not compile', () => {
  it.each(WRONG)('$name', ({ name, says }) => {
    const said = messages(name);
    expect(said.length).toBe(1);
    expect(said[0]).toContain(says);
  });

  it('and says so in these words', async () => {
    const pages = WRONG.map(({ name, code }) => [`# ${name}`, code, ...messages(name), ''].join('\n'));
    await expect(pages.join('\n')).toMatchFileSnapshot('wrong-compositions.txt');
  });
});

describe('compiles', () => {
  it.each(RIGHT)('$name: a $heap', ({ name, heap }) => {
    expect(messages(name)).toEqual([]);
    expect(typeOf(name)).toBe(heap);
  });
});

it('no two programs have one name', () => {
  expect(new Set(NAMES).size).toBe(NAMES.length);
});
