import { library } from '@hakmem/tooling-tsup';

// Three entries: what a user imports, what each Worker is started with, and the command.
export default library({
  platform: 'node',
  entry: ['src/index.ts', 'src/worker.ts', 'src/cli.ts'],
  dts: {
    entry: 'src/index.ts',
    compilerOptions: { customConditions: [], types: ['node', '@hakmem/tooling-typescript/platform'] },
  },
});
