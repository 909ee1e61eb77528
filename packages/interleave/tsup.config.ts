import { library } from '@hakmem/tooling-tsup';

// Two entries: what a user imports, and what each Worker is started with.
export default library({
  platform: 'node',
  entry: ['src/index.ts', 'src/worker.ts'],
  dts: { entry: 'src/index.ts', compilerOptions: { customConditions: [] } },
});
