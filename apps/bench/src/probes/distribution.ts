/** A distribution of times: percentiles by the HDR histogram of node:perf_hooks, which keeps three figures. */

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Times in nanoseconds. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly p9999: number;
  readonly max: number;
  /** For a plot: as many percentiles as the count can bear, and 100. */
  readonly curve: readonly { readonly percentile: number; readonly ns: number }[];
}

const PERCENTILES = [
  1, 5, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.995, 99.998, 99.999, 99.9995, 99.9999,
];

export class Times {
  private readonly histogram: RecordableHistogram = createHistogram();
  private most = 0;

  add(times: Uint32Array): this {
    for (let i = 0; i < times.length; i++) {
      this.histogram.record(Math.max(1, times[i]));
      this.most = Math.max(this.most, times[i]);
    }
    return this;
  }

  distribution(): Distribution {
    const { histogram, most } = this;
    const count = histogram.count;
    const at = (percentile: number) => Math.min(most, histogram.percentile(percentile));
    const told = PERCENTILES.filter((percentile) => count * (1 - percentile / 100) > 0.999);
    return {
      count,
      p50: at(50),
      p90: at(90),
      p99: at(99),
      p999: at(99.9),
      p9999: at(99.99),
      max: most,
      curve: [...told, 100].map((percentile) => ({ percentile, ns: at(percentile) })),
    };
  }
}
