import { describe, expect, it } from "vitest";

import { CGROUP_V1, CGROUP_V2, cpuQuotaMicroseconds, statValue } from "../../../bench/cell/cgroup-layout.ts";
import { treeOf } from "../../../bench/cell/proc-cell.ts";

describe("a cell's limits", () => {
  it("buys one CPU with 1,769 MiB", () => {
    expect(cpuQuotaMicroseconds(1_769)).toBe(100_000);
    expect(cpuQuotaMicroseconds(2_048)).toBe(115_772);
  });

  it.each([
    ["v1", CGROUP_V1, "2147483648"],
    ["v2", CGROUP_V2, "2147483648"],
  ] as const)("are memory in bytes, and a quota for its period: %s", (_, layout, bytes) => {
    const values = layout.limits(2_048).map(({ value }) => value);
    expect(values[0]).toBe(bytes);
    expect(values.slice(1).join(" ").split(" ").toSorted()).toEqual(["100000", "115772"]);
  });

  it("sets the quota after its period: a v1 quota counts in the period that is set", () => {
    expect(CGROUP_V1.limits(2_048).map(({ file }) => file)).toEqual([
      "memory.limit_in_bytes",
      "cpu.cfs_period_us",
      "cpu.cfs_quota_us",
    ]);
  });
});

describe("what a cell has used", () => {
  const v1 = {
    "cpuacct.usage": "2500000000\n",
    "memory.max_usage_in_bytes": "1048576\n",
    "memory.stat": "rss 1\ntotal_rss 1048576\ntotal_shmem 2097152\n",
  };
  const v2 = {
    "cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
    "memory.peak": "1048576\n",
    "memory.stat": "anon 1048576\nanon_thp 7\nshmem 2097152\n",
  };
  it.each([
    ["v1", CGROUP_V1, v1],
    ["v2", CGROUP_V2, v2],
  ] as const)("is read from the kernel's files: %s", (_, layout, files: Readonly<Record<string, string>>) => {
    const read = (_hierarchy: string, file: string) => {
      const text = files[file];
      if (text === undefined) throw new Error(`no ${file}`);
      return text;
    };
    expect(layout.cpuSeconds(read)).toBe(2.5);
    expect(layout.peakMiB(read)).toBe(1);
    expect(layout.unreclaimableMiB(read)).toBe(3);
  });

  it("has no peak on a v2 kernel that keeps none", () => {
    const read = () => {
      throw new Error("ENOENT");
    };
    expect(CGROUP_V2.peakMiB(read)).toBeUndefined();
  });

  it("doesn't take a name for a longer one", () => {
    expect(statValue("anon_thp 7\nanon 5\n", "anon")).toBe(5);
    expect(statValue("anon_thp 7\n", "anon")).toBe(0);
  });
});

describe("treeOf", () => {
  it("holds the root and all below it, in whatever order they are listed", () => {
    const listed = [
      { pid: 5, parentPid: 4 },
      { pid: 4, parentPid: 2 },
      { pid: 2, parentPid: 1 },
      { pid: 3, parentPid: 1 },
    ];
    expect(treeOf(2, listed).map(({ pid }) => pid)).toEqual([5, 4, 2]);
  });
});
