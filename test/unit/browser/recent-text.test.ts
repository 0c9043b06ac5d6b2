import { expect, test } from "vitest";

import { RecentText } from "../../../functions/browser/recent-text.ts";

test("keeps the end, whatever the pieces", () => {
  const text = new RecentText(10);
  expect(text.toString()).toBe("");
  text.append(Buffer.from("abc\n"));
  expect(text.toString()).toBe("abc");
  text.append(Buffer.from("0123456789"));
  expect(text.toString()).toBe("0123456789");
  text.append(Buffer.from("xyz"));
  expect(text.toString()).toBe("3456789xyz");
  text.append(Buffer.from("a long piece of more than ten"));
  expect(text.toString()).toBe("e than ten");
});
