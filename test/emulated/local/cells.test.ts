import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";

import { NotPossibleHere } from "../../../local/not-possible-here.ts";
import { cellSupport } from "../../../local/runtime/cell.ts";
import { startLocalStack } from "../../../local/start-local-stack.ts";
import { makeAssembly } from "./assembly-fixture.ts";
import { runningStack } from "./running-stack.ts";

const WAIT = { timeout: 20_000, interval: 20 };
const LIMITS = {
  // 256 MiB, and 256 / 1,769 of 100 ms.
  v1: ["memory/memory.limit_in_bytes=268435456", "cpu/cpu.cfs_quota_us=14471"],
  v2: ["memory.max=268435456", "cpu.max=14471 100000"],
} as const;

const support = cellSupport();

function cellFolders(): string[] {
  return ["", "memory", "cpu"]
    .map((controller) => join("/sys/fs/cgroup", controller))
    .filter((parent) => existsSync(parent))
    .flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)))
    .filter((path) => path.includes("Fleet-Worker"));
}

test.runIf(support.kind !== "none")(
  "each container lives in a cell of its memory and its share of a vCPU",
  async () => {
    const running = await runningStack({ cells: true, containers: 1 });
    await running.send({ do: "ok" });
    await vi.waitFor(() => expect(running.reports()).toHaveLength(1), WAIT);
    const pids = readFileSync(join(running.notes, "pids"), "utf8").trim().split("\n");
    const folders = cellFolders();
    for (const folder of folders) {
      const inside = readFileSync(join(folder, "cgroup.procs"), "utf8").trim().split("\n");
      // The child of a group of its own, too.
      expect(inside).toEqual(expect.arrayContaining(pids));
    }
    for (const limit of support.kind === "none" ? [] : LIMITS[support.kind]) {
      const [path = "", value] = limit.split("=");
      const file = path.split("/").at(-1) ?? "";
      const folder = folders.find((one) => existsSync(join(one, file))) ?? "";
      expect(readFileSync(join(folder, file), "utf8").trim()).toBe(value);
    }
    await running.stack.close();
    expect(cellFolders()).toEqual([]);
  },
);

test.runIf(support.kind === "none")("where cgroups aren't writable the start says so", async () => {
  const assembly = await makeAssembly();
  onTestFinished(() => assembly.remove());
  await expect(startLocalStack({ ...assembly, cells: true })).rejects.toThrow(NotPossibleHere);
});
