import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

const KILLS = 20;
const RENDERERS = 3;
/** The zygotes, which Chromium never reaps, and what a browser that is in a hurry leaves: GPU and network process. */
const OTHERS = 4;

/** Zombies that so many killed browsers leave where init reaps nobody. */
async function zombiesAfter(kills: number, how: "from the leaves" | "all at once"): Promise<number> {
  const here = import.meta.dirname;
  const killer = [process.execPath, join(here, "killed-browsers.ts"), String(kills), how];
  const { stdout } = await promisify(execFile)("python3", [join(here, "reaping.py"), ...killer]);
  return Number(stdout);
}

test("of twenty killed browsers no renderer is left as a zombie", { timeout: 300_000 }, async () => {
  expect(await zombiesAfter(KILLS, "from the leaves")).toBeLessThanOrEqual(KILLS * OTHERS);
});

test("known-bad twin: killed all at once, each leaves its renderers too", { timeout: 120_000 }, async () => {
  expect(await zombiesAfter(3, "all at once")).toBeGreaterThanOrEqual(3 * (OTHERS + RENDERERS) - 1);
});
