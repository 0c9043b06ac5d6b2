import { expect, test } from "vitest";

import { readJobs } from "../../../cli/jobs/read-jobs.ts";
import { readJobLines } from "../../../cli/run/job-lines.ts";

const read = (...lines: readonly unknown[]) =>
  readJobLines(readJobs(lines.map((line) => JSON.stringify(line)).join("\n")), {
    shop: "http://127.0.0.1:8080",
    shopHost: "127.0.0.1:8080",
  });

test("fills placeholders in, in the job and in what is expected of it", () => {
  const [line] = read({
    job: { id: "a", strategy: "recipe", site: "{{shopHost}}", input: { url: "{{shop}}/c/{{other}}" } },
    expect: { kind: "completed", outputFrom: "{{shop}}/truth" },
  });
  expect(line?.strategy).toBe("recipe");
  expect(line?.message.group).toBe("127.0.0.1:8080");
  expect(JSON.parse(line?.message.body ?? "")).toMatchObject({ input: { url: "http://127.0.0.1:8080/c/{{other}}" } });
  expect(line?.expect).toEqual({ kind: "completed", outputFrom: "http://127.0.0.1:8080/truth" });
});

test("a bare job is expected to complete, and its body is the line", () => {
  const [line] = read({ id: "a", strategy: "recipe" });
  expect(line?.expect).toEqual({ kind: "completed" });
  expect(line?.message.body).toBe('{"id":"a","strategy":"recipe"}');
});

test("a job that isn't one goes out as it is: it may be there to be rejected", () => {
  const [object, text] = read(
    { job: { nonsense: true }, expect: { kind: "rejected" } },
    { job: "not json", expect: { kind: "rejected" } },
  );
  expect(object?.message.body).toBe('{"nonsense":true}');
  expect(text?.message.body).toBe("not json");
});

test("a misspelt expectation is an error that names its line", () => {
  expect(() => read({ job: {}, expect: { kind: "complete" } })).toThrow(/line 1.*kind/su);
  expect(() => read({ job: {} }, { job: {}, expected: {} })).toThrow(/line 2.*expected/su);
});

test("a job of an exclusive or pages session goes by its session; a shared one's and a pool's by their priority", () => {
  const jobs = [
    { id: "a", session: "desk" },
    { id: "b", session: "open" },
    { id: "c", sessionPool: "members" },
    { id: "d" },
  ];
  const text = jobs.map((job) => JSON.stringify({ job })).join("\n");
  const policies = new Map([
    ["desk", "pages"],
    ["open", "shared"],
  ] as const);
  const lines = readJobLines(readJobs(text), {}, policies);
  expect(lines.map(({ message: { queue, group }, underSession }) => [queue, group, underSession])).toEqual([
    ["session-jobs", "desk", true],
    ["jobs", undefined, true],
    ["jobs", undefined, true],
    ["jobs", undefined, false],
  ]);
});
