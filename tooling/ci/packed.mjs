// The packages as their users get them: packed from the build, and installed by a command typed into an empty folder.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProcess } from './processes.mjs';
import { openRegistry } from './registry.mjs';
import { root } from './workspace.mjs';

/** Packs all packages into `folder`: the tarballs, and the manifests in them. */
export function packAll(folder) {
  const setup = join(root, 'tooling', 'setup', 'run.mjs');
  const args = ['pnpm', '-r', '--filter', './packages/*', 'pack', '--pack-destination', folder];
  execFileSync(process.execPath, [setup, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return readdirSync(folder).map((name) => {
    const file = join(folder, name);
    const manifest = execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' });
    return { file, manifest: JSON.parse(manifest) };
  });
}

/**
 * npm for folders inside of `home`, with a cache of its own and a registry that has the tarballs; for all other
 * packages the registry that npm is set to. Returns `type(command, cwd)`, which is runProcess, and `close()`.
 */
export async function openNpm(home, tarballs) {
  refuseNeighbors(home);
  const registry = await openRegistry(tarballs, npmSetting('registry'));
  const settings = {
    registry: registry.url,
    cache: join(home, 'npm-cache'),
    audit: false,
    fund: false,
    loglevel: 'error',
  };
  // What an npm that has started this program says of itself, where its package is for instance, is not for another
  // npm.
  const own = /^(npm_(package|lifecycle|config_(local|global)?_?prefix)|INIT_CWD$)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
  for (const [name, value] of Object.entries(settings)) env[`npm_config_${name}`] = String(value);
  return { type: (command, cwd) => runProcess(command, [], { cwd, env, shell: true }), close: registry.close };
}

function npmSetting(name) {
  const stdio = ['ignore', 'pipe', 'ignore'];
  const shell = process.platform === 'win32';
  return execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', shell, stdio }).trim();
}

/** A folder further up that looks like a package is where npm would install, and where Node would find packages. */
function refuseNeighbors(home) {
  for (let dir = dirname(home); ; dir = dirname(dir)) {
    const neighbor = ['node_modules', 'package.json'].map((name) => join(dir, name)).find(existsSync);
    if (neighbor !== undefined)
      throw new Error(`${neighbor} is in the way; set TMPDIR to a folder without one above it`);
    if (dir === dirname(dir)) return;
  }
}
