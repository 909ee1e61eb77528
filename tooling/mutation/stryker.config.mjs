// What Stryker is told, for every box. run.mjs starts it in the folder of the package.

import { fileURLToPath } from 'node:url';

const { MUTANTS_IN = '', MUTANTS_REPORT = 'temp/mutants.json' } = process.env;

export default {
  plugins: ['@stryker-mutator/*', fileURLToPath(new URL('./zero-offsets.mjs', import.meta.url))],
  ignorers: ['zero-offsets'],
  testRunner: 'vitest',
  vitest: { configFile: fileURLToPath(new URL('./vitest.config.mjs', import.meta.url)), related: false },
  testRunnerNodeArgs: ['--expose-gc'],
  coverageAnalysis: 'perTest',
  mutate: MUTANTS_IN === '' ? ['src/**/*.ts'] : MUTANTS_IN.split(','),
  concurrency: 1,
  timeoutMS: 5_000,
  timeoutFactor: 2,
  dryRunTimeoutMinutes: 15,
  tempDirName: 'temp/mutants',
  ignorePatterns: ['bench', 'dist', 'etc', 'results', 'temp', '.turbo', '.reports', '*.md', '*.br'],
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: MUTANTS_REPORT },
  allowEmpty: false,
  checkers: [],
  disableTypeChecks: true,
  allowConsoleColors: false,
};
