import { expect, test } from "vitest";

import { parseSecrets } from "../../../local/emulators/secrets-file.ts";

test("reads names and values, the value to the end of its line", () => {
  const text = `
# sublet/old={"password":"gone"}
sublet/shop={"password":"a=b # c"}
  /sublet/shop = '{"password":"it''s"}'
sublet/windows={"password":"x"}\r
`;
  expect([...parseSecrets(text)]).toEqual([
    ["sublet/shop", '{"password":"a=b # c"}'],
    ["/sublet/shop", `{"password":"it''s"}`],
    ["sublet/windows", '{"password":"x"}'],
  ]);
});

test.each(["canary", "={canary}", "# fine\n\ncanary"])("names the line that is none, and nothing of it: %o", (text) => {
  const lines = text.split("\n").length;
  expect(() => parseSecrets(text)).toThrow(new RegExp(`^Line ${lines} of the secrets file is not NAME=VALUE.$`, "u"));
});
