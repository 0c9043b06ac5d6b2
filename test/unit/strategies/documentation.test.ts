import { readFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { strategies } from "../../../functions/strategies/registry.ts";

const page = await readFile(new URL("../../../docs/strategies.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```json (?<name>[a-z-]+)\n(?<json>[\s\S]*?)^```/gmu)].map(({ groups }) => ({
  name: groups?.["name"] ?? "",
  json: groups?.["json"] ?? "",
}));

test.each(blocks)("the example of $name in docs/strategies.md is a valid input", ({ name, json }) => {
  const parsed = strategies.get(name)?.input.safeParse(JSON.parse(json));
  expect(parsed).toMatchObject({ success: true });
});

test("every strategy has an example and a row in the table", () => {
  expect([...new Set(blocks.map(({ name }) => name))].toSorted()).toEqual([...strategies.keys()]);
  for (const [name, strategy] of strategies)
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` .*\\| ${strategy.class} `, "mu"));
});
