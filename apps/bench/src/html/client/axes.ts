/**
 * Logarithmic axes with the ticks and labels that they are given. Plot's own would leave out labels: for such scales it passes
 * the format through d3's filter.
 */

import * as Plot from '@observablehq/plot';

type Format = (tick: number) => string;

/** Marks of a horizontal axis and its grid; the first of `anchors` has the label. */
export function logAxisX(
  ticks: readonly number[],
  text: Format,
  label: string,
  anchors: readonly ('bottom' | 'top')[] = ['bottom'],
): Plot.Markish[] {
  return [
    Plot.gridX(ticks),
    ...anchors.map((anchor, i) => Plot.axisX(ticks, { anchor, text, label: i === 0 ? label : null })),
  ];
}

/** Marks of a vertical axis, at the left, and its grid. */
export function logAxisY(ticks: readonly number[], text: Format, label: string): Plot.Markish[] {
  return [Plot.gridY(ticks), Plot.axisY(ticks, { text, label })];
}

/** What ticks a decade may have, the most welcome first. */
const STEPS = [[1], [2, 5], [1.5, 3, 7], [1.1, 1.2, 1.3, 1.4, 1.6, 1.7, 1.8, 2.5, 4, 6, 8, 9]];
const DECADES = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The ticks from `low` to `high` of a logarithmic axis, at least `share` of it apart. */
export function logTicks(low: number, high: number, share: number): readonly number[] {
  const apart = share * Math.log(high / low);
  const ticks: number[] = [];
  for (const tick of STEPS.flatMap((steps) => DECADES.flatMap((decade) => steps.map((step) => step * 10 ** decade)))) {
    const isFree = ticks.every((other) => Math.abs(Math.log(tick / other)) >= apart);
    if (tick >= low && tick <= high && isFree) ticks.push(tick);
  }
  return ticks;
}

/** Powers of 2 or 4 or 8 … from `low` to `high`, at most `most` of them. */
export function binaryTicks(low: number, high: number, most: number): readonly number[] {
  const [first, last] = [Math.ceil(Math.log2(low)), Math.floor(Math.log2(high))];
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 2 ** (first + i * step));
}
