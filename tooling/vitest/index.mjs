import { defaultServerConditions } from 'vite';
import { defineConfig, mergeConfig } from 'vitest/config';

const conditions = ['@hakmem/source', ...defaultServerConditions];
const nodeMajor = process.versions.node.split('.')[0];

/** The settings of every package; `overrides` is merged over them. */
export function preset(overrides = {}) {
  return mergeConfig(
    defineConfig({
      // Packages of this workspace are tested from their sources, never from a build.
      resolve: { conditions },
      ssr: { resolve: { conditions, externalConditions: conditions } },
      esbuild: { target: 'es2022' },
      test: {
        include: ['test/**/*.test.ts'],
        environment: 'node',
        pool: 'forks',
        execArgv: ['--expose-gc'],
        testTimeout: 30_000,
        passWithNoTests: false,
        allowOnly: !process.env.CI,
        restoreMocks: true,
        server: { deps: { inline: [/^@hakmem\//, /^hakmem$/, /\/packages\/[^/]+\/src\//] } },
        // CI adds these up, one file per package and Node version.
        reporters: ['default', ['json', { outputFile: `.reports/test-node${nodeMajor}.json` }]],
      },
    }),
    overrides,
  );
}
