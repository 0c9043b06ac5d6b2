import { PermanentFailure, TransientFailure } from "./failures.ts";

/**
 * A store (DynamoDB, S3) didn't answer, or refused for a reason of its own, after the SDK's retries. Try later. A
 * write may have happened all the same: a lease that was taken so ends at its expiry.
 */
export class StoreUnavailable extends TransientFailure {
  constructor(operation: string, cause: unknown) {
    super("StoreUnavailable", `${operation}: ${describe(cause)}`, { cause });
  }
}

/** SQS didn't answer, or refused for a reason of its own, after the SDK's retries. Try later: a repetition does no harm. */
export class QueueUnavailable extends TransientFailure {
  constructor(operation: string, cause: unknown) {
    super("QueueUnavailable", `${operation}: ${describe(cause)}`, { cause });
  }
}

/** The value doesn't fit into a record or message. Write it as an artifact and keep the reference. */
export class TooLarge extends PermanentFailure {
  readonly bytes: number;
  readonly maxBytes: number;
  constructor(what: string, bytes: number, maxBytes: number) {
    super("TooLarge", `${what} is ${bytes} bytes; at most ${maxBytes} fit`);
    this.bytes = bytes;
    this.maxBytes = maxBytes;
  }
}

/** The artifact store doesn't take this file, now or later: `field` broke `rule`. Give it another name or size. */
export class ArtifactRefused extends PermanentFailure {
  readonly field: "jobId" | "name" | "contentType" | "body";
  readonly rule: string;
  readonly value: string;
  constructor(field: ArtifactRefused["field"], rule: string, value: string) {
    super("ArtifactRefused", `${field}: ${rule} (got ${value})`);
    this.field = field;
    this.rule = rule;
    this.value = value;
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
