import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { blotted } from "../../../functions/strategies/contract/blotted.ts";

const password = `p"a&ss <w>örd/+%#?`;
const credentials = { username: "Ann@Shop.example", password, none: "" };

/** The twin: takes out what was typed as it was typed. */
const asTyped = (text: string): string =>
  Object.values(credentials)
    .filter((value) => value !== "")
    .reduce((clean, value) => clean.replaceAll(value, "•••"), text);

const form = new URLSearchParams({ password }).toString();
const cases = [
  ["in JSON, as Playwright quotes it", `fill(${JSON.stringify(password)})`, 'fill("•••")'],
  [
    "in a form's address",
    `https://shop.example/login?${form} answered 500`,
    "https://shop.example/login?password=••• answered 500",
  ],
  ["as a component", `/u/${encodeURIComponent(password)}/x`, "/u/•••/x"],
  ["in an address as the browser writes it", new URL(`/u?${password}`, "https://h").href, "https://h/u?•••"],
  ["in HTML", `<input value="p&quot;a&amp;ss &lt;w&gt;örd/+%#?">`, '<input value="•••">'],
  ["in another case", "İ: no account ANN@shop.example", "İ: no account •••"],
  ["cut off", `it is "Dear Ann@Sho…"`, 'it is "Dear •••…"'],
  ["with other white space", 'it says: p"a&ss\u00A0\n <w>örd/+%#?!', "it says: •••!"],
  ["cut off within an escape", "the page is https://h/?u=p%22a%26s%…", "the page is https://h/?u=•••…"],
  ["cut off by a quotation mark", `titled "Dear Ann@Sho" at`, 'titled "Dear •••" at'],
  ["cut off at the end", "the page is https://h/?u=Ann@Shop.exa", "the page is https://h/?u=•••"],
] as const;

describe("credentials are taken out of a text", () => {
  test.each(cases)("%s", (_, text, clean) => expect(blotted(text, credentials)).toBe(clean));

  test.each(cases)("twin: taking out what was typed leaves it: %s", (_, text, clean) => {
    expect(asTyped(text)).not.toBe(clean);
  });

  test("the longer of two goes first, and a name is told from a beginning", () => {
    expect(blotted("secret-two, secret", { a: "secret", b: "secret-two" })).toBe("•••, •••");
    expect(blotted("the login of /login", { user: "login-bot" })).toBe("the login of /•••");
    expect(blotted("the page says no", {})).toBe("the page says no");
  });

  test("whatever the value, and wherever it stands", () => {
    // What the spellings are made of.
    const letter = fc.constantFrom(...Array.from(`aA25nu %+\\"'<>&;#=/?öİ😀…\n\u0001`));
    const text = fc.string({ unit: letter, maxLength: 30 });
    const value = text.filter((one) => one.trim() !== "");
    fc.assert(
      fc.property(value, value, text, text, (one, other, before, after) => {
        const whole = `${before}${one}${after}${JSON.stringify(other)}${before}`;
        const clean = blotted(whole, { one, other });
        for (const secret of [one, other]) {
          expect(clean.includes(secret)).toBe(false);
        }
      }),
    );
  });

  test("a long text and a long value take no long time", () => {
    const text = "a".repeat(5_000);
    expect(blotted(text, { key: `${"a".repeat(4_999)}b` })).toContain("•••");
  });
});
