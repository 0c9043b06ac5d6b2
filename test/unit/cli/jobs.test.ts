import { expect, test } from "vitest";

import { checkJobs } from "../../../cli/jobs/check-jobs.ts";
import { outgoing } from "../../../cli/jobs/outgoing.ts";
import { readJobs } from "../../../cli/jobs/read-jobs.ts";
import { inBatches } from "../../../cli/jobs/send-jobs.ts";

const job = (id: string, more: object = {}) => ({
  v: 1,
  id,
  strategy: "screenshot",
  input: {},
  site: "shop.example",
  ...more,
});

test.each([
  ["JSON Lines with empty lines", `${JSON.stringify(job("a"))}\n\n  ${JSON.stringify(job("b"))}\r\n`, [1, 3]],
  ["an array", JSON.stringify([job("a"), job("b")], undefined, 2), [1, 2]],
  ["one job over several lines", JSON.stringify(job("a"), undefined, 2), [1]],
])("reads %s", (_what, text, lines) => {
  const entries = readJobs(text);
  expect(entries.map(({ line }) => line)).toEqual(lines);
  expect(checkJobs(entries).kind).toBe("valid");
});

test("an empty file holds no jobs", () => {
  expect(readJobs(" \n\n")).toEqual([]);
});

test("all errors of all lines come at once, each with line, field, rule and value", () => {
  const text = [job("a"), job("b", { priority: "urgent", colour: "red" })].map((one) => JSON.stringify(one)).join("\n");
  const checked = checkJobs(readJobs(`${text}\n{"v":1,\n`));
  expect(checked).toMatchObject({
    kind: "invalid",
    errors: [
      { line: 2, id: "b", field: "priority", value: '"urgent"' },
      { line: 2, id: "b", field: "colour", rule: "is not a known field", value: '"red"' },
      { line: 3, field: "(message)", rule: "must be JSON" },
    ],
  });
});

test("critical and high go by the express queue, the site is the group, and the line itself is the body", () => {
  const entries = readJobs([job("a", { priority: "critical" }), job("b")].map((one) => JSON.stringify(one)).join("\n"));
  expect(entries.map((entry) => outgoing(entry))).toEqual([
    {
      line: 1,
      body: JSON.stringify(job("a", { priority: "critical" })),
      queue: "express",
      group: "shop.example",
      id: "a",
    },
    { line: 2, body: JSON.stringify(job("b")), queue: "jobs", group: "shop.example", id: "b" },
  ]);
});

test.each(["no json", "null", "[[]]", '"text"', '{"site":"with space","id":7,"priority":[]}'])(
  "%s can be sent unchecked: to the jobs queue, without a group and an id",
  (text) => {
    const [entry] = readJobs(text);
    expect(entry && outgoing(entry)).toMatchObject({ queue: "jobs", group: undefined, id: undefined });
  },
);

test("batches hold at most ten messages and one MiB", () => {
  const message = (bytes: number) => ({
    line: 1,
    body: "x".repeat(bytes),
    queue: "jobs" as const,
    group: undefined,
    id: undefined,
  });
  const sizes = (messages: Parameters<typeof inBatches>[0]) => inBatches(messages).map((batch) => batch.length);
  expect(sizes(Array.from({ length: 23 }, () => message(10)))).toEqual([10, 10, 3]);
  expect(sizes(Array.from({ length: 5 }, () => message(256 * 1024)))).toEqual([4, 1]);
  expect(sizes([])).toEqual([]);
});
