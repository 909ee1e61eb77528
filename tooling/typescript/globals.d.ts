// The few globals of browsers, Workers and Node alike that shipped code may use. Where Node's types are loaded, those
// declare them.

declare var console: {
  log(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
};

declare var performance: {
  now(): number;
};
