import type { Hono } from "hono";
import { z } from "zod";

import { jsonService, operation, ServiceRefusal } from "./json-service.ts";
import type { FindSecret } from "./secrets-file.ts";

const getParameter = z.object({ Name: z.string(), WithDecryption: z.boolean().default(false) });

/** The part of Systems Manager's parameters that reads one. Every one is a SecureString. */
export function parameterService(find: FindSecret, region: string, account: string): Hono {
  return jsonService("AmazonSSM", {
    GetParameter: operation(getParameter, async ({ Name, WithDecryption }) => {
      const value = await find(Name);
      if (value === undefined) {
        throw new ServiceRefusal("ParameterNotFound", `there is no parameter ${Name} in the local secrets file`);
      }
      const ARN = `arn:aws:ssm:${region}:${account}:parameter/${Name.replace(/^\//u, "")}`;
      return {
        Parameter: { Name, ARN, Type: "SecureString", Value: WithDecryption ? value : "(encrypted)", Version: 1 },
      };
    }),
  });
}
