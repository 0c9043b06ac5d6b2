import { expect, test } from "vitest";

import {
  FORBIDDEN_ARGUMENTS,
  launchArguments,
  launchArgumentTable,
  RUNGS,
} from "../../../functions/browser/launch-arguments.ts";

test.each(RUNGS)("rung %s holds no argument that mixes tenants, none twice, and a reason for each", (rung) => {
  const given = launchArguments(rung, "/tmp/x");
  for (const forbidden of FORBIDDEN_ARGUMENTS) {
    expect(given.filter((argument) => argument.startsWith(forbidden))).toEqual([]);
  }
  const names = given.map((argument) => argument.split("=")[0]);
  expect(new Set(names).size).toBe(names.length);
  for (const { argument, reason } of launchArgumentTable(rung)) {
    expect(argument).toMatch(/^--[a-z]/u);
    expect(reason).not.toBe("");
  }
});

test("site isolation stays on", () => {
  const disabled = RUNGS.flatMap((rung) => launchArguments(rung, "/tmp/x")).filter((argument) =>
    argument.startsWith("--disable-features="),
  );
  for (const list of disabled) expect(list).not.toMatch(/IsolateOrigins|site-per-process|SitePerProcess/u);
});

test("the rungs differ in processes only", () => {
  const beyondZygote = RUNGS.map((rung) =>
    launchArguments(rung, "/tmp/x").filter((argument) => !launchArguments("zygote", "/tmp/x").includes(argument)),
  );
  expect(beyondZygote).toEqual([[], ["--no-zygote"], ["--no-zygote", "--in-process-gpu"]]);
});
