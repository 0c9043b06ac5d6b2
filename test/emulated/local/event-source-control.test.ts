import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  GetEventSourceMappingCommand,
  InvalidParameterValueException,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { expect, onTestFinished, test, vi } from "vitest";

import { LOCAL_CREDENTIALS } from "../../../local/local-credentials.ts";
import { runningStack } from "./running-stack.ts";

const WAIT = { timeout: 20_000, interval: 20 };
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:Fleet-Worker";

async function running(options: Parameters<typeof runningStack>[0] = {}) {
  const stack = await runningStack(options);
  const lambda = new LambdaClient({
    region: stack.stack.region,
    endpoint: stack.stack.endpoints.lambda,
    credentials: LOCAL_CREDENTIALS,
    maxAttempts: 1,
  });
  onTestFinished(() => lambda.destroy());
  const list = async (FunctionName?: string) => {
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    return EventSourceMappings;
  };
  const { UUID = "" } = (await list()).find(({ EventSourceArn }) => EventSourceArn?.endsWith(":Fleet-Jobs")) ?? {};
  return {
    ...stack,
    lambda,
    list,
    UUID,
    enable: (Enabled: boolean) => lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled })),
    state: async () => (await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State,
    depth: async () => {
      const command = new GetQueueAttributesCommand({ QueueUrl: stack.jobsUrl, AttributeNames: ["All"] });
      const { Attributes } = await stack.sqs.send(command);
      return {
        ready: Number(Attributes?.["ApproximateNumberOfMessages"]),
        hidden: Number(Attributes?.["ApproximateNumberOfMessagesNotVisible"]),
      };
    },
  };
}

test("lists the mappings of a function, by name and by ARN", async () => {
  const { list, UUID } = await running({ windowSeconds: 1 });
  for (const name of ["Fleet-Worker", FUNCTION_ARN]) {
    const found = await list(name);
    expect(new Set(found.map(({ EventSourceArn }) => EventSourceArn?.split(":").at(-1)))).toEqual(
      new Set(["Fleet-Express", "Fleet-Jobs", "Fleet-session-jobs.fifo"]),
    );
    expect(found.find((one) => one.UUID === UUID)).toMatchObject({
      EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:Fleet-Jobs",
      FunctionArn: FUNCTION_ARN,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 1,
      State: "Enabled",
    });
  }
  expect(await list("somebody-else")).toEqual([]);
});

test("switched off, a mapping takes no more messages while one in flight ends; switched on, it goes on", async () => {
  const { send, noted, enable, state, depth, notes, reports, list } = await running({ containers: 3 });
  await send({ do: "wait", until: "go", n: 1 });
  await vi.waitFor(async () => expect(await noted()).toHaveLength(1), WAIT);
  expect(["Disabling", "Disabled"]).toContain((await enable(false)).State);
  await send({ do: "ok", n: 2 });
  await vi.waitFor(async () => expect(await state()).toBe("Disabled"), WAIT);
  await vi.waitFor(async () => expect(await depth()).toEqual({ ready: 1, hidden: 1 }), WAIT);
  await writeFile(join(notes, "go"), "");
  await vi.waitFor(async () => expect(await depth()).toEqual({ ready: 1, hidden: 0 }), WAIT);
  expect(await noted()).toHaveLength(1);
  expect(reports()).toHaveLength(1);
  const others = (await list()).filter(({ State }) => State === "Enabled");
  expect(others).toHaveLength(2);

  expect((await enable(true)).State).toBe("Enabled");
  await vi.waitFor(async () => expect(await noted()).toHaveLength(2), WAIT);
  await vi.waitFor(async () => expect(await depth()).toEqual({ ready: 0, hidden: 0 }), WAIT);
});

test("a mapping that the template switches off doesn't poll until it is switched on", async () => {
  const { send, noted, enable, state, depth } = await running({ enabled: false });
  expect(await state()).toBe("Disabled");
  await send({ do: "ok" });
  expect(await depth()).toEqual({ ready: 1, hidden: 0 });
  await enable(true);
  await vi.waitFor(async () => expect(await noted()).toHaveLength(1), WAIT);
});

test("the stack closes with a mapping switched off", async () => {
  const { enable, state, stack } = await running();
  await enable(false);
  await vi.waitFor(async () => expect(await state()).toBe("Disabled"), WAIT);
  await expect(stack.close()).resolves.toBeUndefined();
});

test("refuses what isn't there and what it doesn't do, in Lambda's words", async () => {
  const { lambda, UUID } = await running();
  await expect(lambda.send(new GetEventSourceMappingCommand({ UUID: "no-such" }))).rejects.toThrow(
    ResourceNotFoundException,
  );
  await expect(lambda.send(new UpdateEventSourceMappingCommand({ UUID: "no-such", Enabled: false }))).rejects.toThrow(
    ResourceNotFoundException,
  );
  await expect(lambda.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 3 }))).rejects.toThrow(
    InvalidParameterValueException,
  );
});
