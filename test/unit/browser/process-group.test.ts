import { expect, test } from "vitest";

import { liveMembers, parseProcessStat, readProcess } from "../../../functions/browser/process-group.ts";

const FIELDS = "1 4242 4242 0 -1 4194560 1 0 0 0 5 6 7 8 20 0 1 0 987654 100 1";

test.each([
  ["(chromium)", "S", false],
  ["(a b) Z 1 (c)", "S", false],
  ["(chromium)", "Z", true],
])("reads a stat line whose name is %s and state %s", (name, state, zombie) => {
  expect(parseProcessStat(`77 ${name} ${state} ${FIELDS}`)).toEqual({
    pid: 77,
    parent: 1,
    group: 4242,
    state,
    zombie,
    startTicks: 987_654,
    cpuSeconds: 0.26,
    ownCpuSeconds: 0.11,
  });
});

test("knows this process, and none that isn't there", async () => {
  const own = await readProcess(process.pid);
  expect(own).toMatchObject({ pid: process.pid, parent: process.ppid, zombie: false });
  expect(own?.startTicks).toBeGreaterThan(0);
  const members = await liveMembers(own?.group ?? -1);
  expect(members.find(({ pid }) => pid === process.pid)?.startTicks).toBe(own?.startTicks);
  expect(await readProcess(4_194_301)).toBeUndefined();
});
