/** Numbers with their units, in three figures; the space between them does not break. */

export function figures(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', {
    minimumFractionDigits: Math.min(digits, 4),
    maximumFractionDigits: Math.min(digits, 4),
  });
}

/** For the ticks of an axis: no zeros behind the point. */
export function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

export function times(ratio: number): string {
  return `${figures(ratio)}\u00a0×`;
}

/** `1.20 × (1.10 to 1.31)` */
export function timesWithin({ ratio, low, high }: { ratio: number; low: number; high: number }): string {
  return `${times(ratio)} (${figures(low)} to ${figures(high)})`;
}

export function nanoseconds(ns: number): string {
  if (ns < 1_000) return `${figures(ns)}\u00a0ns`;
  return ns < 1_000_000 ? `${figures(ns / 1e3)}\u00a0µs` : `${figures(ns / 1e6)}\u00a0ms`;
}

/** Multiples of 1,000. */
export function megabytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes}\u00a0B`;
  if (bytes < 1_000_000) return `${figures(bytes / 1e3)}\u00a0kB`;
  return bytes < 1e9 ? `${figures(bytes / 1e6)}\u00a0MB` : `${figures(bytes / 1e9)}\u00a0GB`;
}

/** Sizes of blocks: multiples of 1,024. */
export function blockSize(bytes: number): string {
  if (bytes < 1024) return `${bytes}\u00a0B`;
  return bytes < 1024 * 1024 ? `${plain(bytes / 1024)}\u00a0KiB` : `${plain(bytes / 1024 / 1024)}\u00a0MiB`;
}

function plain(value: number): string {
  return Number(value.toFixed(2)).toString();
}

export function share(part: number): string {
  return `${(100 * part).toFixed(part < 0.995 && part > 0.005 ? 0 : 1)}\u00a0%`;
}
