import { jsonOf } from "./aws-request.ts";
import type { Answer } from "./refusals.ts";

interface Batch {
  readonly Entries?: readonly { readonly Id: string }[];
}

/** An SQS batch without its first entries. */
export function withoutEntries(body: Buffer, entries: number): Buffer {
  const batch = jsonOf(body.toString()) as Batch;
  return Buffer.from(JSON.stringify({ ...batch, Entries: batch.Entries?.slice(entries) ?? [] }));
}

/** The answer to the rest of the batch, with the entries that were kept from the service failed by it. */
export function withFailedEntries(body: Buffer, entries: number, answer: Answer | undefined): Answer {
  const batch = jsonOf(body.toString()) as Batch;
  const carriedOut = (jsonOf(answer?.body.toString() ?? "") ?? {}) as {
    readonly Successful?: readonly unknown[];
    readonly Failed?: readonly unknown[];
  };
  const failed = (batch.Entries ?? []).slice(0, entries).map(({ Id }) => ({
    Id,
    Code: "InternalError",
    Message: "the proxy fails this entry",
    SenderFault: false,
  }));
  return {
    status: answer?.status ?? 200,
    headers: answer?.headers ?? { "content-type": "application/x-amz-json-1.0" },
    body: Buffer.from(
      JSON.stringify({ Successful: carriedOut.Successful ?? [], Failed: [...failed, ...(carriedOut.Failed ?? [])] }),
    ),
  };
}
