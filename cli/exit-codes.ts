/** What the exit code of `sublet` says; docs/cli.md describes them. */
export const EXIT = {
  ok: 0,
  /** Jobs ended otherwise than they should, or the job that was asked for has no record. */
  notAsExpected: 1,
  /** Wrong usage, or jobs that aren't valid; nothing was sent. */
  invalidInput: 2,
  /** There is nothing to talk to: no local stack, no such deployed stack, no credentials, a failed build. */
  unreachable: 3,
  /** Gave up waiting. */
  gaveUp: 4,
  /** A fault in Sublet itself. */
  fault: 70,
  /** Ended by Ctrl-C or SIGTERM before it was done. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
