import { describe, expect, it } from "vitest";

import { parseJob } from "../../../../functions/core/job/parse-job.ts";

const valid = { v: 1, id: "job-1", strategy: "recipe", input: { steps: [] }, site: "shop.example" };

describe("parseJob", () => {
  it("fills in every default", () => {
    expect(parseJob(JSON.stringify(valid))).toEqual({
      kind: "job",
      job: {
        ...valid,
        priority: "normal",
        profile: "default",
        maxDurationMs: 300_000,
        noWait: false,
        handoff: "never",
        attempts: 3,
        tags: {},
      },
    });
  });

  it.each([
    ["an unknown field by its name", { ...valid, priorty: "high" }, "priorty", /not a known field/u, '"high"'],
    ["a missing id", { ...valid, id: undefined }, "id", /must be given/u, undefined],
    ["an unknown priority", { ...valid, priority: "urgent" }, "priority", /low.*normal.*high.*critical/u, '"urgent"'],
    [
      "a site that is a URL",
      { ...valid, site: "https://shop.example/" },
      "site",
      /host name/u,
      '"https://shop.example/"',
    ],
    ["a duration under a second", { ...valid, maxDurationMs: 5 }, "maxDurationMs", /must be at least 1000/u, "5"],
    [
      "an estimate over the limit",
      { ...valid, maxDurationMs: 2_000, estimatedDurationMs: 3_000 },
      "estimatedDurationMs",
      /maxDurationMs/u,
      "3000",
    ],
    ["a tag that isn't text", { ...valid, tags: { team: 7 } }, "tags.team", /must be a text/u, "7"],
    ["a wrong version", { ...valid, v: 2 }, "v", /1/u, "2"],
  ])("names field, rule and value of %s", (_what, message, field, rule, value) => {
    const parsed = parseJob(JSON.stringify(message));
    expect(parsed).toMatchObject({ kind: "rejected", rejections: [{ field, rule: expect.stringMatching(rule) }] });
    expect(parsed.kind === "rejected" && parsed.rejections[0]?.value).toBe(value);
  });

  it("names every mistake at once, and the job's id with them", () => {
    const parsed = parseJob(JSON.stringify({ ...valid, priority: "urgent", profile: "tor", extra: true }));
    expect(parsed).toMatchObject({ kind: "rejected", id: "job-1" });
    expect(parsed.kind === "rejected" && parsed.rejections.map(({ field }) => field).toSorted()).toEqual([
      "extra",
      "priority",
      "profile",
    ]);
  });

  it.each([
    ["text that isn't JSON", "{oops", "must be JSON"],
    ["an empty body", "", "must be JSON"],
  ])("refuses %s", (_what, body, rule) => {
    expect(parseJob(body)).toMatchObject({
      kind: "rejected",
      id: undefined,
      rejections: [{ field: "(message)", rule }],
    });
  });

  it("refuses what is over the size limit before it is parsed", () => {
    const parsed = parseJob(`{"v":1,"id":"${"x".repeat(300_000)}"}`);
    expect(parsed).toMatchObject({ kind: "rejected", rejections: [{ rule: "must not be over 262144 bytes" }] });
  });

  it.each([["null"], ["7"], ['"text"'], ["[]"], ["true"]])("refuses %s, which is JSON but no job", (body) => {
    expect(parseJob(body).kind).toBe("rejected");
  });

  it.each([
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
  ])("refuses %s that nest so deep that reading them would end the stack", (_what, open, close) => {
    const depth = 20_000;
    const input = `{"deep":${open.repeat(depth)}1${close.repeat(depth)}}`;
    const body = JSON.stringify({ ...valid, input: "(input)" }).replace('"(input)"', input);
    expect(parseJob(body)).toMatchObject({
      kind: "rejected",
      id: "job-1",
      rejections: [{ rule: "must not nest objects and arrays more than 40 deep" }],
    });
  });

  it("bounds the value that it quotes", () => {
    const parsed = parseJob(JSON.stringify({ ...valid, priority: "x".repeat(5_000) }));
    expect(parsed.kind === "rejected" && parsed.rejections[0]?.value?.length).toBeLessThanOrEqual(120);
  });
});
