import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { parseJob } from "../../../functions/core/job/parse-job.ts";
import recipe from "../../../functions/strategies/recipe.ts";

const document = readFileSync(join(import.meta.dirname, "../../../docs/deploying.md"), "utf8");

it("shows a first job that the worker takes as it stands", () => {
  const body = /--message-body '([^']+)'/u.exec(document)?.[1] ?? "";
  const parsed = parseJob(body);
  expect(parsed).toMatchObject({ kind: "job", job: { strategy: "recipe", priority: "normal" } });
  expect(recipe.input.safeParse(parsed.kind === "job" ? parsed.job.input : undefined)).toMatchObject({ success: true });
});
