// A registry for npm on this machine that has the packages of this workspace as they will be published, and sends npm
// to its own registry for all others. So the commands of the READMEs can be typed before anything is published.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/**
 * Opens a registry of `tarballs`: `{ file, manifest }` each, the manifest as it lies in the tarball. `others` is the
 * address of the registry for the rest. Returns its `url` and `close()`.
 */
export async function openRegistry(tarballs, others) {
  const files = new Map(tarballs.map(({ file }) => [`/-/${basename(file)}`, file]));
  const packages = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));

  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const file = files.get(path);
    const tarball = packages.get(path.slice(1));
    if (file !== undefined) response.end(readFileSync(file));
    else if (tarball !== undefined) response.end(JSON.stringify(packument(tarball, url)));
    else response.writeHead(307, { location: others.replace(/\/$/, '') + request.url }).end();
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** What a registry says of a package that has this one version. */
function packument({ file, manifest }, url) {
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const { name, version } = manifest;
  const dist = { tarball: `${url}/-/${basename(file)}`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
