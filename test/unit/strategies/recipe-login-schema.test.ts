import { describe, expect, test } from "vitest";

import recipeLogin from "../../../functions/strategies/login/recipe-login.ts";

const goto = { do: "goto", url: "https://auth.shop.example/login" };
const fill = { do: "fill", selector: "input", credential: "password" };
const check = { url: "https://shop.example/account", selector: ".orders" };
const good = { steps: [goto, fill], check };

const problemsOf = (input: unknown): string => {
  const parsed = recipeLogin.input.safeParse(input);
  if (parsed.success) return "";
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n");
};

describe("a login is refused by field and rule", () => {
  test("the least one is good", () => expect(problemsOf(good)).toBe(""));

  const wrong: [string, object, RegExp][] = [
    ["no step", { ...good, steps: [] }, /steps: Too small/u],
    ["another first step", { ...good, steps: [fill] }, /steps\.0: the first step must be goto/u],
    ["a fill of nothing", { ...good, steps: [goto, { do: "fill", selector: "a" }] }, /steps\.1\.value: exactly one/u],
    [
      "a fill of two things",
      { ...good, steps: [goto, { ...fill, value: "x" }] },
      /steps\.1\.credential: exactly one of value, credential/u,
    ],
    ["a wait for nothing", { ...good, steps: [goto, { do: "wait" }] }, /steps\.1\.selector: exactly one/u],
    ...["extract", "screenshot", "pdf", "paginate", "follow", "exclusively"].map((what): [string, object, RegExp] => [
      `the step ${what}`,
      { ...good, steps: [goto, { do: what }] },
      /steps\.1\.do/u,
    ]),
    ["no check", { steps: [goto] }, /check: /u],
    ["a relative check", { ...good, check: { ...check, url: "/account" } }, /check\.url: must be a full http/u],
    ["signedOut of nothing", { ...good, signedOut: {} }, /signedOut\.paths: must be given, or pattern/u],
    ["the path /", { ...good, signedOut: { paths: ["/"] } }, /signedOut\.paths\.0: must be a path such as \/login/u],
    ["a path with a query", { ...good, signedOut: { paths: ["/a?b"] } }, /signedOut\.paths\.0/u],
    ["another site's path", { ...good, signedOut: { paths: ["//evil.example/a"] } }, /signedOut\.paths\.0/u],
    ["a path that is no address", { ...good, signedOut: { paths: ["//["] } }, /signedOut\.paths\.0/u],
    ["a pattern that could hang", { ...good, signedOut: { pattern: "(?=a)" } }, /signedOut\.pattern: must be an RE2/u],
    [
      "a check that could only say no",
      { ...good, signedOut: { paths: ["/account"] } },
      /check\.url: must not be one of signedOut/u,
    ],
    ["an unknown field", { ...good, refuse: {} }, /Unrecognized key: "refuse"/u],
  ];
  test.each(wrong)("%s", (_, input, message) => expect(problemsOf(input)).toMatch(message));
});

describe("addresses that only who isn't logged in comes by", () => {
  const shows = (signedOut: unknown, address: string) =>
    recipeLogin.showsSignedOut(recipeLogin.input.parse({ ...good, signedOut }), new URL(address));

  test.each([
    ["https://shop.example/login", true],
    ["https://shop.example/login/", true],
    ["https://shop.example/login/two-factor?next=%2F", true],
    ["https://shop.example/login?next=/account#x", true],
    ["https://auth.shop.example/login", true],
    ["https://shop.example/an%C3%BCmelden", true],
    ["https://shop.example/login-help", false],
    ["https://shop.example/Login", false],
    ["https://shop.example/help/login", false],
    ["https://shop.example/account?from=/login", false],
    ["https://shop.example:8443/login", false],
    ["https://other.example/login", false],
    ["about:blank", false],
    ["chrome-error://chromewebdata/", false],
  ])("paths: %s: %s", (address, expected) =>
    expect(shows({ paths: ["/login", "/anümelden"] }, address)).toBe(expected),
  );

  test.each([
    ["https://id.example/sso?client=shop", true],
    ["https://shop.example/app#/sign-in", true],
    ["https://shop.example/app#/cart", false],
  ])("a pattern looks at the whole address: %s: %s", (address, expected) =>
    expect(shows({ pattern: "^https://id\\.example/|#/sign-in$" }, address)).toBe(expected),
  );

  test("no rule, no answer but no", () => expect(shows(undefined, "https://shop.example/login")).toBe(false));

  test("an address of a megabyte is no burden, and no error", () => {
    const address = `https://shop.example/${"a".repeat(1_000_000)}`;
    expect(shows({ pattern: "(a|b|c){1,20}z" }, address)).toBe(false);
  });
});
