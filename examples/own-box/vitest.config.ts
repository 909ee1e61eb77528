import { preset } from '@hakmem/tooling-vitest';

export default preset();
