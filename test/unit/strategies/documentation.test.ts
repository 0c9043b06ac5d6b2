import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { logins } from "../../../functions/strategies/login/registry.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { withLogins } from "../../../scripts/generate-login-docs.ts";

const page = await readFile(new URL("../../../docs/strategies.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```json (?<name>[a-z-]+)\n(?<json>[\s\S]*?)^```/gmu)].map(({ groups }) => ({
  name: groups?.["name"] ?? "",
  json: groups?.["json"] ?? "",
}));

test.each(blocks)("the example of $name in docs/strategies.md is a valid input", ({ name, json }) => {
  const parsed = (strategies.get(name) ?? logins.get(name))?.input.safeParse(JSON.parse(json));
  expect(parsed).toMatchObject({ success: true });
});

test("every strategy has an example and a row in the table", () => {
  expect([...new Set(blocks.map(({ name }) => name))].toSorted()).toEqual(
    [...strategies.keys(), ...logins.keys()].toSorted(),
  );
  for (const [name, strategy] of strategies)
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` .*\\| ${strategy.class} `, "mu"));
});

test("the section of the logins is what they are today", () => {
  expect(withLogins(page, logins), "run `npm run generate`").toBe(page);
  expect(withLogins(page, new Map())).not.toBe(page);
});
