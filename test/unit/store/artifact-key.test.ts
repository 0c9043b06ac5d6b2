import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { artifactKey } from "../../../functions/store/artifact-key.ts";

describe("the key of an artifact", () => {
  test.each([
    ["order-1_A.b", "jobs/order-1_A.b/x"],
    ["shop:42", "jobs/shop!3A42/x"],
    ["..", "jobs/!2E./x"],
    ["a/../b", "jobs/a!2F..!2Fb/x"],
    ["ü!%", "jobs/!C3!BC!21!25/x"],
  ])("of job %s is %s", (jobId, key) => {
    expect(artifactKey(jobId, "x")).toBe(key);
  });

  test("differs for different ids, and holds nothing but safe characters", () => {
    const id = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(id, id, (one, other) => {
        const key = artifactKey(one, "x");
        expect(key).toMatch(/^jobs\/[A-Za-z0-9_!-][A-Za-z0-9._!-]*\/x$/u);
        expect(artifactKey(other, "x") === key).toBe(one === other);
      }),
    );
  });

  test.each(["a", "a/b.png", "A-1_2.tar.gz", "..a/b..", "x".repeat(200)])("takes the name %s", (name) => {
    expect(artifactKey("id", name)).toBe(`jobs/id/${name}`);
  });

  test.each(["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a b", "a\\b", "ä", "a\n", "a?b", "x".repeat(201)])(
    "refuses the name %j",
    (name) => {
      expect(() => artifactKey("id", name)).toThrow(/^name: must be a relative path of .* \(got "/u);
    },
  );
});
