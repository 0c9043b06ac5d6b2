import type { Rung } from "./launch-arguments.ts";

/** Why one rung of the ladder didn't hold. */
export interface RungFailure {
  readonly rung: Rung | "attached";
  readonly reason: string;
  /** The last 4 KB that the browser wrote. */
  readonly stderrTail: string;
}

/** No browser can be had in this container now. The job goes back to its queue; the next lease tries again. */
export class BrowserUnavailable extends Error {
  override readonly name = "BrowserUnavailable";
  readonly failures: readonly RungFailure[];

  constructor(failures: readonly RungFailure[], cause?: unknown) {
    const reasons = failures.map(({ rung, reason, stderrTail }) => {
      const said = stderrTail === "" ? "" : ` (the browser said: ${stderrTail.slice(-300)})`;
      return `${rung}: ${reason}${said}`;
    });
    super(`No browser: ${reasons.join("; ")}`, { cause });
    this.failures = failures;
  }
}

/** The pool hands out nothing more: its container is going. */
export class PoolClosed extends Error {
  override readonly name = "PoolClosed";
}
