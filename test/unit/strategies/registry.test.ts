import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";

import { logins } from "../../../functions/strategies/login/registry.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { generateRegistry, LOGIN, registrySource } from "../../../scripts/generate-registry.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

describe("the registry", () => {
  test("holds every strategy, and isn't stale", async () => {
    const written = await readFile(join(ROOT, "functions/strategies/registry.ts"), "utf8");
    expect(written, "run `npm run generate`").toBe(await registrySource());
    expect([...strategies.keys()]).toEqual([
      "filter-discovery",
      "filter-exploration",
      "pdf",
      "product-extraction",
      "product-pagination",
      "recipe",
      "screenshot",
      "subcategory-exploration",
    ]);
  });

  test("holds every login, and isn't stale", async () => {
    const dir = join(ROOT, "functions/strategies/login");
    const written = await readFile(join(dir, "registry.ts"), "utf8");
    expect(written, "run `npm run generate`").toBe(await registrySource(dir, LOGIN));
    expect([...logins.keys()]).toEqual(["recipe-login"]);
  });

  test.each([...strategies, ...logins])(
    "%s describes every field of its input, and refuses unknown ones",
    (_, { input }) => {
      const schema = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
      expect(schema.additionalProperties).toBe(false);
      for (const [name, property] of Object.entries(schema.properties ?? {})) {
        expect({ name, described: typeof property === "object" && property.description !== undefined }).toEqual({
          name,
          described: true,
        });
      }
    },
  );
});

describe("generation", () => {
  let root: string;
  let dir: string;
  beforeEach(async () => {
    root = await mkdtemp(join(ROOT, "node_modules/.strategies-"));
    dir = join(root, "functions/strategies");
    await mkdir(join(dir, "login"), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const strategyFile = (name: string) => `export default { name: ${JSON.stringify(name)}, run: async () => 0 };\n`;

  test("takes files, not folders, sorted; and writes only what has changed", async () => {
    await writeFile(join(dir, "b-two.ts"), strategyFile("b-two"));
    await writeFile(join(dir, "a.ts"), strategyFile("a"));
    await mkdir(join(dir, "shared"));
    await writeFile(join(dir, "shared/c.ts"), "export const c = 1;\n");
    expect(await generateRegistry(dir)).toEqual({ changed: true });
    expect(await generateRegistry(dir)).toEqual({ changed: false });
    const source = await readFile(join(dir, "registry.ts"), "utf8");
    expect(source).toMatch(/import a from "\.\/a\.ts";\nimport bTwo from "\.\/b-two\.ts";/u);
  });

  const loginFile = (name: string, functions = ["login", "isLoggedIn", "showsSignedOut"]) =>
    `export default { name: ${JSON.stringify(name)}, ${functions.map((one) => `${one}: () => 0`).join(", ")} };\n`;

  test("logins have a folder and a registry of their own", async () => {
    await writeFile(join(dir, "a.ts"), strategyFile("a"));
    await writeFile(join(dir, "login/b-two.ts"), loginFile("b-two"));
    await writeFile(join(dir, "login/a.ts"), loginFile("a"));
    expect(await generateRegistry(dir)).toEqual({ changed: true });
    expect(await generateRegistry(dir)).toEqual({ changed: false });
    const source = await readFile(join(dir, "login/registry.ts"), "utf8");
    expect(source).toMatch(/import a from "\.\/a\.ts";\nimport bTwo from "\.\/b-two\.ts";/u);
    expect(await readFile(join(dir, "registry.ts"), "utf8")).not.toContain("bTwo");
  });

  test.each([
    ["a name that isn't the file's", "good.ts", loginFile("other"), /its login is named "other", it must be "good"/u],
    ["a strategy", "one.ts", strategyFile("one"), /no default export made by defineLogin/u],
    ["half a login", "half.ts", loginFile("half", ["login", "isLoggedIn"]), /no default export made by defineLogin/u],
    ["a file name that isn't kebab-case", "myLogin.ts", loginFile("myLogin"), /kebab-case/u],
  ])("a login's file is refused: %s", async (_, file, source, message) => {
    await writeFile(join(dir, "login", file), source);
    await expect(generateRegistry(dir)).rejects.toThrow(message);
  });

  test.each([
    ["a name that isn't the file's", "good.ts", strategyFile("other"), /is named "other", it must be "good"/u],
    ["no default export", "helper.ts", "export const x = 1;\n", /no default export made by defineStrategy/u],
    ["a file name that isn't kebab-case", "myStrategy.ts", strategyFile("myStrategy"), /kebab-case/u],
  ])("refuses %s", async (_, file, source, message) => {
    await writeFile(join(dir, file), source);
    await expect(generateRegistry(dir)).rejects.toThrow(message);
  });

  test("the documented steps work: one copied file is a strategy", async () => {
    await cp(join(ROOT, "functions/strategies"), dir, { recursive: true });
    await cp(join(ROOT, "functions/core"), join(root, "functions/core"), { recursive: true });
    const example = await readFile(join(ROOT, "examples/strategies/page-title.ts"), "utf8");
    await writeFile(
      join(dir, "page-title.ts"),
      example.replaceAll("../../functions/strategies/", "./").replaceAll("../../functions/", "../"),
    );
    expect(await generateRegistry(dir)).toEqual({ changed: true });
    const added = (await import(join(dir, "registry.ts"))) as { strategies: ReadonlyMap<string, { summary: string }> };
    expect(added.strategies.get("page-title")?.summary).toBe("Title and headings of a page.");
    expect(added.strategies.size).toBe(strategies.size + 1);
  });
});
