import { Hono } from "hono";
import type { z } from "zod";

/** A refusal in the service's own words, such as `NotFoundException`; the SDK makes an exception of that name of it. */
export class ServiceRefusal extends Error {
  override readonly name = "ServiceRefusal";
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export interface Operation {
  /** Answers the response, or throws a `ServiceRefusal`. */
  readonly answer: (request: unknown) => Promise<object> | object;
}

/** An operation whose request is checked; what the schema doesn't name is ignored. */
export function operation<Schema extends z.ZodType>(
  request: Schema,
  answer: (request: z.output<Schema>) => Promise<object> | object,
): Operation {
  return {
    answer: (body) => {
      const parsed = request.safeParse(body);
      if (parsed.success) return answer(parsed.data);
      const { path = [], message } = parsed.error.issues[0] ?? { message: "is not understood" };
      throw new ServiceRefusal("ValidationException", `${path.join(".")}: ${message}`);
    },
  };
}

/**
 * A service that speaks AWS JSON 1.1: every call is a POST to /, named by its target header.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function jsonService(target: string, operations: Readonly<Record<string, Operation>>): Hono {
  const app = new Hono();
  app.post("/", async (c) => {
    const [service, name = ""] = (c.req.header("x-amz-target") ?? "").split(".");
    try {
      const found = service === target ? operations[name] : undefined;
      if (!found) throw new ServiceRefusal("UnknownOperationException", `${name} is not known to the local stack`);
      const body: unknown = await c.req.json().catch(() => undefined);
      return c.json(await found.answer(body), 200, { "content-type": "application/x-amz-json-1.1" });
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      return c.json({ __type: error.type, message: error.message }, 400, { "x-amzn-errortype": error.type });
    }
  });
  return app;
}
