import type { Fault as AwsFault, FaultRule } from "../aws-proxy/fault-rule.ts";
import type { Fault } from "./fault.ts";

/** A service fails a share of its requests for a while. */
function awsFault(
  name: string,
  doc: string,
  fault: AwsFault,
  which: Pick<FaultRule, "service" | "operations"> & { readonly ratio?: readonly [number, number] },
): Fault {
  const { ratio: [least, most] = [20, 70], ...matches } = which;
  return {
    name,
    doc,
    inject(target, random) {
      const probability = random.int(least, most) / 100;
      const afterMs = random.int(1_000, 3_500);
      return {
        what: `${fault.kind} for ${Math.round(probability * 100)} % of ${which.service}'s requests for ${afterMs} ms`,
        hit: true,
        end: { afterMs, now: target.aws([{ ...matches, probability, fault }]) },
      };
    },
  };
}

const TABLE = { service: "dynamodb" } as const;
const QUEUE = { service: "sqs" } as const;
const BUCKET = { service: "s3" } as const;
const RARELY: readonly [number, number] = [5, 20];

export const AWS_FAULTS: readonly Fault[] = [
  awsFault("dynamodb-throttle", "DynamoDB throttles.", { kind: "throttle" }, TABLE),
  awsFault("dynamodb-error", "DynamoDB answers 500.", { kind: "error", status: 500 }, TABLE),
  awsFault("dynamodb-slow", "DynamoDB answers late.", { kind: "slow", beforeMs: 100, afterMs: 500 }, TABLE),
  awsFault("dynamodb-hang", "DynamoDB never answers.", { kind: "hang" }, { ...TABLE, ratio: RARELY }),
  awsFault("dynamodb-reset", "Connections to DynamoDB are reset.", { kind: "reset" }, TABLE),
  awsFault("dynamodb-lost-answer", "DynamoDB writes, and its answer is lost.", { kind: "lost-answer" }, TABLE),
  awsFault("dynamodb-cut-answer", "DynamoDB writes, and its answer breaks off.", { kind: "cut-answer" }, TABLE),
  awsFault("sqs-throttle", "SQS throttles.", { kind: "throttle" }, QUEUE),
  awsFault("sqs-error", "SQS answers 500.", { kind: "error", status: 500 }, QUEUE),
  awsFault("sqs-lost-answer", "SQS does what it is asked, and its answer is lost.", { kind: "lost-answer" }, QUEUE),
  awsFault(
    "sqs-partial",
    "SQS fails single entries of a batch.",
    { kind: "partial", entries: 1 },
    { ...QUEUE, operations: ["ChangeMessageVisibilityBatch", "DeleteMessageBatch", "SendMessageBatch"] },
  ),
  awsFault("s3-error", "S3 answers 503.", { kind: "error", status: 503 }, BUCKET),
  awsFault("s3-lost-answer", "S3 writes, and its answer is lost.", { kind: "lost-answer" }, BUCKET),
];
