import { library } from '@hakmem/tooling-tsup';

// Two entries: what a user imports, and what each Worker is started with.
export default library({
  platform: 'node',
  entry: ['src/index.ts', 'src/worker.ts'],
  // `Symbol.asyncDispose` stands in the declarations, and not every compiler's library has it.
  dts: {
    entry: 'src/index.ts',
    compilerOptions: { customConditions: [] },
    banner: '/// <reference lib="esnext.disposable" />',
  },
});
