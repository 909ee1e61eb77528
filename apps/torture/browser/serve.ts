/** The page and its Worker, bundled from the sources of this workspace and served from memory to this machine alone. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HTML = `<!doctype html>
<meta charset="utf-8">
<title>hakmem</title>
<link rel="icon" href="data:,">
<script type="module" src="/page.js"></script>
`;

/** Without these two a page gets no SharedArrayBuffer. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Serves the page; close the server when done. */
export async function serve(): Promise<{ server: Server; url: string }> {
  const [page, worker] = await Promise.all([bundle('page'), bundle('worker')]);
  const files = new Map([
    ['/', { type: 'text/html; charset=utf-8', body: HTML }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', body: page }],
    ['/worker.js', { type: 'text/javascript; charset=utf-8', body: worker }],
  ]);
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200, { ...ISOLATION, 'Content-Type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function bundle(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`./page/${name}.ts`, import.meta.url))],
    write: false,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    conditions: ['@hakmem/source'],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, target: 'es2022' } },
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
