import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startShop, type Shop } from "../../../examples/shop/start-shop.ts";
import { parseJob } from "../../../functions/core/job/parse-job.ts";
import { strategies } from "../../../functions/strategies/registry.ts";

interface Line {
  readonly job: { readonly id: string; readonly strategy: string; readonly input: unknown };
  readonly expect: { readonly kind: string; readonly output?: unknown; readonly outputFrom?: string };
}

let shop: Shop;
let lines: readonly Line[];
beforeAll(async () => {
  shop = await startShop();
  const text = await readFile(new URL("../../../examples/jobs.jsonl", import.meta.url), "utf8");
  const filled = text.replaceAll("{{shop}}", shop.origin).replaceAll("{{shopHost}}", new URL(shop.origin).host);
  lines = filled
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
});
afterAll(() => shop.close());

describe("examples/jobs.jsonl", () => {
  test("every line is a job whose input is valid, or is expected to be rejected", () => {
    for (const { job, expect: expected } of lines) {
      const parsed = parseJob(JSON.stringify(job));
      const isValid =
        parsed.kind === "job" && strategies.get(parsed.job.strategy)?.input.safeParse(job.input).success === true;
      expect({ id: job.id, isValid }).toEqual({ id: job.id, isValid: expected.kind !== "rejected" });
    }
  });

  test("covers every strategy and every expected ending, each id once", () => {
    const completed = lines.filter(({ expect: expected }) => expected.kind === "completed");
    expect([...new Set(completed.map(({ job }) => job.strategy))].toSorted()).toEqual([...strategies.keys()]);
    expect(new Set(lines.map(({ expect: expected }) => expected.kind))).toEqual(
      new Set(["completed", "failed", "rejected"]),
    );
    expect(new Set(lines.map(({ job }) => job.id)).size).toBe(lines.length);
  });

  test("every completed job says what it must give, and the shop knows it", async () => {
    const completed = lines.filter(({ expect: expected }) => expected.kind === "completed");
    const silent = completed.filter(
      ({ expect: { output, outputFrom } }) => output === undefined && outputFrom === undefined,
    );
    expect(silent).toEqual([]);
    const sources = completed.flatMap(({ expect: { outputFrom } }) => outputFrom ?? []);
    const statuses = await Promise.all(sources.map(async (source) => [source, (await fetch(source)).status]));
    expect(statuses).toEqual(sources.map((source) => [source, 200]));
  });

  test("product-extraction covers every product of the shop, and each is asked for in the order of its truth", async () => {
    const asked: string[] = [];
    for (const { job, expect: expected } of lines) {
      if (job.strategy !== "product-extraction" || expected.outputFrom === undefined) continue;
      const { urls } = job.input as { urls: string[] };
      const truth = (await (await fetch(expected.outputFrom)).json()) as { products: { requestedUrl: string }[] };
      expect(urls).toEqual(truth.products.map(({ requestedUrl }) => requestedUrl));
      asked.push(...urls);
    }
    expect(asked.length).toBe(shop.truth.products("")?.count);
    expect(new Set(asked).size).toBe(asked.length);
  });
});
