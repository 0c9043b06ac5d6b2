/** What was seen of one round from outside: jobs at work, their browser killed, their results. */
export interface SeenRound {
  /** Epoch milliseconds, like every time here; all clocks are this machine's. */
  readonly killedAtMs: number;
  /** Of the browser that took the dead one's place; undefined where none was told of. */
  readonly launchMs: number | undefined;
  readonly jobs: readonly SeenJob[];
}

export interface SeenJob {
  readonly id: string;
  /** In the order in which the site was asked for them. */
  readonly requests: readonly SeenRequest[];
  /** When the worker said that the job goes on, its context restored; one for each time. */
  readonly restoredAtMs: readonly number[];
  readonly result: SeenResult | undefined;
}

export interface SeenRequest {
  readonly page: number;
  readonly atMs: number;
  /** When the connection was opened: no browser asks by another's. */
  readonly connectedAtMs: number;
}

export interface SeenResult {
  readonly kind: string;
  readonly attempt: number;
  readonly rows: readonly string[];
  readonly recovered: number;
  /** Without a context, by the worker's own clock. */
  readonly waitedMs: number;
}

/** A container's log line as far as a round looks at it. */
export interface ContainerMessage {
  readonly message?: string;
  /** ISO 8601, in milliseconds. */
  readonly timestamp?: string;
  readonly job?: string;
  readonly launchMs?: number;
}
