/** An event source mapping from a queue to a function, as the template defines it. */
export interface EventSource {
  /** Lambda's UUID of it. */
  readonly id: string;
  /** Whether it polls from the start. */
  readonly enabled: boolean;
  readonly queueArn: string;
  readonly functionName: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Most invocations at once; undefined: as many as the function may have. */
  readonly maximumConcurrency: number | undefined;
  readonly reportsBatchItemFailures: boolean;
}
