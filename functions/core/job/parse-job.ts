import { JOB_LIMITS, jobMessageSchema, type Job } from "./job-message.ts";
import { rejectionsFrom, type Rejection } from "./rejection.ts";

export type ParsedJob =
  | { readonly kind: "job"; readonly job: Job }
  /** `id` is the message's own id where it could be read, so that the sender finds its job again. */
  | { readonly kind: "rejected"; readonly id: string | undefined; readonly rejections: readonly Rejection[] };

/** Reads the body of an SQS message. Never throws: what isn't a job is a rejection that names field, rule and value. */
export function parseJob(body: string): ParsedJob {
  const bytes = Buffer.byteLength(body);
  if (bytes > JOB_LIMITS.messageMaxBytes) {
    return rejected(undefined, [
      { field: "(message)", rule: `must not be over ${JOB_LIMITS.messageMaxBytes} bytes`, value: `${bytes} bytes` },
    ]);
  }
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return rejected(undefined, [{ field: "(message)", rule: "must be JSON", value: reason.slice(0, 200) }]);
  }
  if (isDeeperThan(value, JOB_LIMITS.nestingMax)) {
    const rule = `must not nest objects and arrays more than ${JOB_LIMITS.nestingMax} deep`;
    return rejected(readId(value), [{ field: "(message)", rule }]);
  }
  const parsed = jobMessageSchema.safeParse(value);
  if (!parsed.success) return rejected(readId(value), rejectionsFrom(parsed.error, value));
  return { kind: "job", job: parsed.data };
}

function rejected(id: string | undefined, rejections: readonly Rejection[]): ParsedJob {
  return { kind: "rejected", id, rejections };
}

/** Level by level and not by recursion, which a message could drive to the end of the stack. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}

function readId(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("id" in value)) return undefined;
  return typeof value.id === "string" && value.id.length > 0 ? value.id.slice(0, 128) : undefined;
}
