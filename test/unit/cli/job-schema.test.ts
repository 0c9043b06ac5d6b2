import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { jobSchemaText } from "../../../cli/jobs/job-schema.ts";
import { PROJECT_ROOT } from "../../../cli/project-paths.ts";

test("docs/job.schema.json is what `sublet schema` prints", async () => {
  const committed = await readFile(join(PROJECT_ROOT, "docs/job.schema.json"), "utf8");
  expect(committed, "run `npx sublet schema > docs/job.schema.json`").toBe(jobSchemaText());
});
