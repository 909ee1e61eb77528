import { library } from '@hakmem/tooling-tsup';

// `Symbol.dispose` stands in the declarations, and not every compiler's library has it.
export default library({
  dts: { compilerOptions: { customConditions: [] }, banner: '/// <reference lib="esnext.disposable" />' },
});
