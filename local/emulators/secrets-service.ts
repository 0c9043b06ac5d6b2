import type { Hono } from "hono";
import { z } from "zod";

import { jsonService, operation, ServiceRefusal } from "./json-service.ts";
import type { FindSecret } from "./secrets-file.ts";

/** The part of Secrets Manager that reads. */
export function secretsService(find: FindSecret, region: string, account: string): Hono {
  return jsonService("secretsmanager", {
    GetSecretValue: operation(z.object({ SecretId: z.string() }), async ({ SecretId: name }) => {
      const value = await find(name);
      if (value === undefined) {
        throw new ServiceRefusal("ResourceNotFoundException", `there is no secret ${name} in the local secrets file`);
      }
      return {
        ARN: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-local0`,
        Name: name,
        SecretString: value,
        VersionId: "00000000-0000-4000-8000-000000000000",
        VersionStages: ["AWSCURRENT"],
      };
    }),
  });
}
