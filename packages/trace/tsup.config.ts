import { library } from '@hakmem/tooling-tsup';

// Two entries over one chunk, so that there is one TraceError. Declarations need Node's types, for the entry for Node.
export default library({
  entry: ['src/index.ts', 'src/node.ts'],
  splitting: true,
  dts: { compilerOptions: { customConditions: [], types: ['node', '@hakmem/tooling-typescript/platform'] } },
});
