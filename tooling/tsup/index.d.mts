import type { defineConfig, Options } from 'tsup';

type Config = ReturnType<typeof defineConfig>;

/** A published package: one entry, declarations, dependencies left outside. */
export declare function library(options?: Options): Config;

/** A program for Node: any number of entries, no declarations. */
export declare function app(options?: Options): Config;
