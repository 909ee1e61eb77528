/** Where the files of this package are. This file is one folder below its root as a source and, bundled, in dist. */

import { fileURLToPath } from 'node:url';

/** The path of a file that is named from the root of the package. */
export function packagePath(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url));
}
