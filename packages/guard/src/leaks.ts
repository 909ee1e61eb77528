/** What is live, by the place in the program that made it. */

import type { Link } from './link.js';

/** Live blocks that were made in one place. */
export interface LeakGroup {
  /** The stack of their malloc, innermost frame first; null: not sampled, or made by the guard of another thread. */
  readonly site: string | null;
  readonly blocks: number;
  /** Bytes that were asked for (what the heap gave, where there are no redzones). */
  readonly bytes: number;
}

/** All live blocks of a heap, of all threads: every one is in exactly one group. Largest groups first, by bytes, then by blocks. */
export interface LeakReport {
  readonly blocks: number;
  readonly bytes: number;
  readonly groups: readonly LeakGroup[];
}

/** Groups the live blocks of a chain. O(blocks). */
export function groupLeaks(chain: Link): LeakReport {
  const groups = new Map<string | null, { site: string | null; blocks: number; bytes: number }>();
  const all = { blocks: 0, bytes: 0 };
  chain.walk((address, bytes) => {
    const site = chain.sites(address).allocated;
    let group = groups.get(site);
    if (group === undefined) groups.set(site, (group = { site, blocks: 0, bytes: 0 }));
    group.blocks++;
    group.bytes += bytes;
    all.blocks++;
    all.bytes += bytes;
  });
  const order = [...groups.values()].sort((a, b) => b.bytes - a.bytes || b.blocks - a.blocks);
  return { ...all, groups: order };
}

/** The report as text, a group a paragraph; of at most `most` groups (default 20), with a line for what was left out. */
export function formatLeaks(report: LeakReport, most = 20): string {
  const { groups } = report;
  if (groups.length === 0) return 'no leaks';
  const lines = [`${amount(report)} live`];
  for (const group of groups.slice(0, most)) {
    const { site } = group;
    lines.push(`${amount(group)} ${site === null ? 'not sampled' : 'from'}`);
    if (site !== null) lines.push(site === '' ? '    (no stack)' : site.replaceAll(/^/gm, '    '));
  }
  const left = groups.slice(most);
  if (left.length > 0) lines.push(`${amount(sum(left))} in ${left.length} more groups`);
  return lines.join('\n');
}

function sum(groups: readonly LeakGroup[]): { blocks: number; bytes: number } {
  const bytes = groups.reduce((total, group) => total + group.bytes, 0);
  return { bytes, blocks: groups.reduce((total, group) => total + group.blocks, 0) };
}

function amount({ blocks, bytes }: { readonly blocks: number; readonly bytes: number }): string {
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'} in ${blocks} ${blocks === 1 ? 'block' : 'blocks'}`;
}
