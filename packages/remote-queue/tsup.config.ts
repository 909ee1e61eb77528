import { library } from '@hakmem/tooling-tsup';

export default library();
