import type { AwsRequest } from "./aws-request.ts";

/** An answer as it goes over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/**
 * How each service refuses a request for its rate. Sources (2025-08): DynamoDB developer guide, error handling; SQS API
 * reference, common errors; S3 API reference, error responses; KMS and Secrets Manager answer like the rest.
 */
const THROTTLE_CODES: Readonly<Record<string, string>> = {
  dynamodb: "ProvisionedThroughputExceededException",
  sqs: "RequestThrottled",
  s3: "SlowDown",
};

const FAILURE_CODES: Readonly<Record<string, Readonly<Record<500 | 503, string>>>> = {
  dynamodb: { 500: "InternalServerError", 503: "ServiceUnavailable" },
  sqs: { 500: "InternalFailure", 503: "ServiceUnavailable" },
  s3: { 500: "InternalError", 503: "ServiceUnavailable" },
};

export function throttled(request: AwsRequest, code?: string): Answer {
  const status = request.service === "s3" ? 503 : 400;
  return refusal(request, status, code ?? THROTTLE_CODES[request.service] ?? "ThrottlingException");
}

export function failed(request: AwsRequest, status: 500 | 503): Answer {
  return refusal(request, status, FAILURE_CODES[request.service]?.[status] ?? "InternalFailure");
}

function refusal({ service }: AwsRequest, status: number, code: string): Answer {
  const message = `the proxy answers ${code}`;
  if (service === "s3") {
    const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    return { status, headers: { "content-type": "application/xml" }, body: Buffer.from(xml) };
  }
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      // SQS speaks JSON, and names the error besides as its older protocol did.
      ...(service === "sqs" ? { "x-amzn-query-error": `${code};${status < 500 ? "Sender" : "Receiver"}` } : {}),
    },
    body: Buffer.from(JSON.stringify({ __type: `com.amazonaws.${service}#${code}`, message })),
  };
}
