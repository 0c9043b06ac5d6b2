import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";

import { LOCAL_CREDENTIALS } from "../../../local/local-credentials.ts";
import { startLocalStack } from "../../../local/start-local-stack.ts";

/** A local stack in a process of its own, for a test that kills it: says so when the first invocation has ended. */
const assembly = JSON.parse(process.env["ASSEMBLY"] ?? "") as {
  readonly assemblyDirectory: string;
  readonly logDirectory: string;
};
const stack = await startLocalStack({
  ...assembly,
  onLine: ({ message }) => {
    if ((message as { type?: string }).type === "platform.report") console.log("one invocation has ended");
  },
});
const sqs = new SQSClient({ region: stack.region, endpoint: stack.endpoints.sqs, credentials: LOCAL_CREDENTIALS });
// The one that never ends goes first: the other one then needs a container of its own, however fast it is.
const bodies = [{ do: "wait", until: "never" }, { do: "ok" }];
const entries = bodies.map((body, index) => ({ Id: String(index), MessageBody: JSON.stringify(body) }));
await sqs.send(new SendMessageBatchCommand({ QueueUrl: stack.outputs("Fleet")["JobsUrl"], Entries: entries }));
