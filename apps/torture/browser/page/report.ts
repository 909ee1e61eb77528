/** What the page reports, as JSON. */

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was found. */
  readonly found: string;
}

export interface Report {
  readonly checks: readonly Check[];
}
