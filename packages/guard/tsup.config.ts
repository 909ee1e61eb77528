import { library } from '@hakmem/tooling-tsup';

// The declarations say [Symbol.dispose]: a compiler for ES2022 must be told where to look for it.
const banner = '/// <reference lib="esnext.disposable" />';

export default library({ dts: { compilerOptions: { customConditions: [] }, banner } });
