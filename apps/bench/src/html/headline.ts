/** The result in one sentence: how fast hakmem is beside the native allocators, or else beside what JavaScript has. */

import type { Mean, Results, Row } from '../results.js';
import type { Estimate } from '../statistics/estimate.js';
import type { AllocatorTitle } from './report.js';

type Findings = Pick<Results, 'rows' | 'teams' | 'means' | 'failures'>;

/** Rivals that the sentence names, the most important first. */
const RIVALS = ['system', 'mimalloc', 'jemalloc', 'tcmalloc'];
const PEERS = ['tlsf', 'thing', 'thing-fast', 'codemix'];
const MOST_NAMED = 2;

export function headline(findings: Findings, allocators: readonly AllocatorTitle[]): string {
  const failed = findings.failures.length === 0 ? '' : ` ${findings.failures.length} checks or cells of hakmem failed.`;
  return `${speed(findings, allocators)}${failed}`;
}

function speed({ means, rows, teams }: Findings, allocators: readonly AllocatorTitle[]): string {
  const native = RIVALS.flatMap((to) => widest(means, to) ?? []).slice(0, MOST_NAMED);
  const all = [...rows, ...teams];
  const found = native.length > 0 ? native : PEERS.flatMap((to) => plainMean(all, to) ?? []).slice(0, MOST_NAMED);
  if (found.length === 0) return 'This run compared hakmem with nothing else.';
  const alike = found.every(({ rows: count }) => count === found[0].rows);
  const parts = found.map((mean) => {
    const title = allocators.find(({ name }) => name === mean.to)?.title ?? mean.to;
    return `${mean.ratio.toFixed(2)} times as fast as ${title}${interval(mean)}${alike ? '' : `, over ${mean.rows} rows`}`;
  });
  const over = alike ? `Over ${found[0].rows} rows ` : '';
  return `${over}hakmem is ${parts.join(alike ? ' and ' : '; ')}.`;
}

/** The mean over the most rows. */
function widest(means: readonly Mean[], to: string): Mean | undefined {
  return means.filter((mean) => mean.to === to).sort((a, b) => b.rows - a.rows)[0];
}

type PlainMean = Pick<Mean, 'to' | 'ratio' | 'rows'> & Partial<Pick<Estimate, 'low' | 'high'>>;

/** Without an interval: of the rows alone, whose intervals are shown beside them. */
function plainMean(rows: readonly Row[], to: string): PlainMean | undefined {
  const ratios = rows.flatMap((row) => row.ratios.filter((ratio) => ratio.to === to).map(({ ratio }) => ratio));
  if (ratios.length === 0) return undefined;
  const sum = ratios.reduce((total, ratio) => total + Math.log(ratio), 0);
  return { to, ratio: Math.exp(sum / ratios.length), rows: ratios.length };
}

function interval({ low, high }: PlainMean): string {
  return low === undefined || high === undefined ? '' : ` (95 %: ${low.toFixed(2)} to ${high.toFixed(2)})`;
}
