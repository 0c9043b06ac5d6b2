import { Command } from "commander";

import { jobSchemaText } from "../jobs/job-schema.ts";

/** `sublet schema` */
export function schemaCommand(): Command {
  return new Command("schema")
    .description("Print the JSON Schema of a job message, for producers.")
    .action(() => void process.stdout.write(jobSchemaText()));
}
