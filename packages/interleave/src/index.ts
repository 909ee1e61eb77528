export { MAX_THREADS, type Op } from './board.ts';
export type { FailureKind } from './crew.ts';
export {
  DivergenceError,
  type ErrorCode,
  InterleaveError,
  OptionError,
  ScenarioError,
  ScheduleError,
  StateError,
  UnsupportedError,
} from './errors.ts';
export { type Explorer, openExplorer } from './explorer.ts';
export type {
  CallOptions,
  ExplorerOptions,
  Failure,
  Kill,
  KillMode,
  Report,
  Run,
  RunOptions,
  StrategyOptions,
} from './options.ts';
export type { AnyTypedArray } from './places.ts';
export {
  type AnyThread,
  type Context,
  defineScenario,
  type Outcome,
  type Scenario,
  type Thread,
  watch,
} from './scenario.ts';
export { formatSchedule, parseSchedule, type Turn } from './schedule.ts';
export { formatTrace, type Step } from './trace.ts';
