import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";

import { fromLambdaRecord } from "../queue/received-message.ts";
import { emitUsage } from "../telemetry/emit-usage.ts";
import { composeContainer, queueUrls } from "./compose.ts";
import { runBatch } from "./run-batch.ts";
import { seedSessions } from "./sessions/seed-sessions.ts";

// Once for each container, while Lambda initializes it: the browser is up, or known not to be, before the first batch.
const container = composeContainer(process.env);
await Promise.all([container.browser.start(), seedSessions(container)]);

export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const { response, usage } = await runBatch(container, {
    invocation: context.awsRequestId,
    messages: event.Records.map((record) => fromLambdaRecord(record, queueUrls(container.configuration))),
    remainingMs: () => context.getRemainingTimeInMillis(),
  });
  const { rung, zombies } = container.browser.status();
  const { processes } = container.browser;
  emitUsage(usage, { rung, zombies, memory: processes.memory(), temp: processes.tempRoom() });
  return response;
}
