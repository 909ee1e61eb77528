import { defineConfig } from 'tsup';

const shared = {
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  clean: true,
  treeshake: true,
  splitting: false,
  minify: false,
  // Modules of Node are named as such in what is published, too.
  removeNodeProtocol: false,
  external: [/^node:/],
};

/** A published package: one entry, declarations, dependencies left outside. */
export function library(options = {}) {
  return defineConfig({
    ...shared,
    entry: ['src/index.ts'],
    tsconfig: 'tsconfig.src.json',
    // Declarations resolve the packages below by their build, as a user's compiler will; turbo builds those first.
    dts: { compilerOptions: { customConditions: [] } },
    ...options,
  });
}

/** A program for Node: any number of entries, no declarations. */
export function app(options = {}) {
  return defineConfig({ ...shared, platform: 'node', target: 'node20', dts: false, ...options });
}
