import { z } from "zod";

import { jobMessageSchema } from "../../functions/core/job/job-message.ts";

/** The JSON Schema of a job as a producer writes it: fields with a default may be left out. */
export function jobSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(jobMessageSchema, { io: "input" }), undefined, 2)}\n`;
}
