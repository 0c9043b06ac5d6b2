import { Hono, type Context } from "hono";

import type { EventSourcePoller } from "./event-source-poller.ts";

/** A client's fault, in Lambda's words. */
type Refusal = "ResourceNotFoundException" | "ResourceInUseException" | "InvalidParameterValueException";
const STATUS = {
  ResourceNotFoundException: 404,
  ResourceInUseException: 400,
  InvalidParameterValueException: 400,
} as const;

/**
 * The part of Lambda's API that switches event sources on and off.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export function eventSourceControl(pollers: readonly EventSourcePoller[], region: string, account: string): Hono {
  const app = new Hono({ strict: false }).basePath("/2015-03-31/event-source-mappings");
  const find = (id: string) => pollers.find(({ source }) => source.id === id);
  const describe = ({ source, state }: EventSourcePoller) => ({
    UUID: source.id,
    EventSourceArn: source.queueArn,
    FunctionArn: `arn:aws:lambda:${region}:${account}:function:${source.functionName}`,
    BatchSize: source.batchSize,
    MaximumBatchingWindowInSeconds: source.batchingWindowSeconds,
    FunctionResponseTypes: source.reportsBatchItemFailures ? ["ReportBatchItemFailures"] : [],
    State: state,
  });

  app.get("/", (c) => {
    const name = c.req.query("FunctionName")?.split(":").at(-1);
    const found = pollers.filter(({ source }) => name === undefined || source.functionName === name);
    return c.json({ EventSourceMappings: found.map(describe) });
  });
  app.get("/:id", (c) => {
    const poller = find(c.req.param("id"));
    return poller ? c.json(describe(poller)) : unknown(c);
  });
  app.put("/:id", async (c) => {
    const poller = find(c.req.param("id"));
    if (!poller) return unknown(c);
    const { Enabled, ...others } = await c.req.json<{ Enabled?: unknown }>();
    if (typeof Enabled !== "boolean" || Object.keys(others).length > 0) {
      return refuse(c, "InvalidParameterValueException", "the local stack changes nothing but Enabled");
    }
    if (poller.state === "Disabling") {
      return refuse(c, "ResourceInUseException", `${poller.source.id} is on its way to Disabled; ask again`);
    }
    poller.enable(Enabled);
    return c.json(describe(poller), 202);
  });
  return app;
}

function unknown(c: Context): Response {
  const why = `${c.req.param("id")} is not an event source mapping of the stacks that run here`;
  return refuse(c, "ResourceNotFoundException", why);
}

function refuse(c: Context, type: Refusal, message: string): Response {
  return c.json({ Type: "User", Message: message }, STATUS[type], { "x-amzn-errortype": type });
}
