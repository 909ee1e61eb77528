// How the tests of a package run against its mutants: by the preset, but in threads, and cheap files first.

import { fileURLToPath } from 'node:url';
import { preset } from '@hakmem/tooling-vitest';
import { CheapFirst } from './cheap-first.mjs';

const config = preset({
  // Not the folder of modules, which the sandbox shares with the package.
  cacheDir: '.vite',
  test: {
    setupFiles: [fileURLToPath(new URL('./setup.mjs', import.meta.url))],
    sequence: { sequencer: CheapFirst },
  },
});

// Stryker runs vitest in threads. They take no options of V8: the process gets them, in stryker.config.mjs.
config.test.execArgv = [];
// Instrumented sources are slow, and on a mutant that hangs Stryker has a limit of its own.
config.test.testTimeout = 300_000;
config.test.reporters = [];

export default config;
