import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

import { PROJECT_ROOT } from "../../../cli/project-paths.ts";
import { withResources } from "../../../scripts/generate-local-doc.ts";

test("docs/local.md lists what the local stack does with each resource type", async () => {
  const page = await readFile(join(PROJECT_ROOT, "docs/local.md"), "utf8");
  expect(page, "run `npm run generate`").toContain("### AWS::Lambda::Function");
  expect(page, "run `npm run generate`").toBe(withResources(page));
});
