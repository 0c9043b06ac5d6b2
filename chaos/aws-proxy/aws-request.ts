import type { IncomingHttpHeaders } from "node:http";

/** A request to AWS as it passed the proxy, read as far as rules and checkers look at it. */
export interface AwsRequest {
  /** From the signature's scope: `dynamodb`, `sqs`, `s3`, `kms`, … */
  readonly service: string;
  /** `UpdateItem`, `SendMessage`, …; for S3 the method and what it addresses: `PutObject`, `GetObject`, `HeadBucket`, … */
  readonly operation: string;
  /** The request's JSON; undefined where it has none, as for S3. */
  readonly input: unknown;
  /** Path and query: for S3 the bucket and the key. */
  readonly path: string;
}

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export function readAwsRequest({ method, path, headers, body }: ReceivedRequest): AwsRequest {
  const target = headers["x-amz-target"];
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//u.exec(headers.authorization ?? "");
  const operation = typeof target === "string" ? target.slice(target.lastIndexOf(".") + 1) : s3Operation(method, path);
  return {
    service: scope?.[1] ?? "unknown",
    operation,
    input: jsonOf(target === undefined ? "" : body.toString()),
    path,
  };
}

const S3_VERBS: Readonly<Record<string, string>> = {
  PUT: "Put",
  GET: "Get",
  HEAD: "Head",
  DELETE: "Delete",
  POST: "Post",
};

function s3Operation(method: string, path: string): string {
  const addressed = path.split("?")[0]?.split("/").filter(Boolean).length ?? 0;
  return `${S3_VERBS[method] ?? method}${addressed > 1 ? "Object" : "Bucket"}`;
}

/** The value of JSON text; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
