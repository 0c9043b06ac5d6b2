import type { History } from "../history.ts";

/** One thing that must not be. */
export interface Violation {
  readonly invariant: string;
  /** What was seen, with the numbers, in plain words. */
  readonly what: string;
}

/** Pure: all that it knows is the history. */
export interface Invariant {
  readonly name: string;
  /** For docs/reliability.md. */
  readonly doc: string;
  violations(history: History): readonly string[];
}
