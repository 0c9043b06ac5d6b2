import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

import { strategies } from "../../../functions/strategies/registry.ts";
import { takeIn } from "../../../functions/worker/intake.ts";

it.each(["README.md", "docs/jobs.md"])("each job shown in %s is one that the worker takes", async (file) => {
  const page = await readFile(file, "utf8");
  const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/gu)].map(([, block = ""]) => block);
  const jobs = blocks.filter((block) => block.includes('"strategy"') && !block.includes('"kind"'));
  expect(jobs.length).toBeGreaterThan(0);
  for (const job of jobs) expect(takeIn(job, strategies)).toMatchObject({ kind: "runnable" });
});
