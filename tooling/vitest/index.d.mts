import type { ViteUserConfig } from 'vitest/config';

/** The settings of every package; `overrides` is merged over them. */
export declare function preset(overrides?: ViteUserConfig): ViteUserConfig;
