import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { launched } from "../launched.ts";

/** One character of each kind that a shop's page may hold. */
const CHARACTERS = Array.from("价格繁體価カナ가격€£¥₹₽₩éßŁЖΩ😀❤✓★→");

async function fontsOf(page: Page): Promise<Readonly<Record<string, string>>> {
  const session = await page.context().newCDPSession(page);
  await session.send("DOM.enable");
  await session.send("CSS.enable");
  const { root } = await session.send("DOM.getDocument");
  const { nodeIds } = await session.send("DOM.querySelectorAll", { nodeId: root.nodeId, selector: "p" });
  const fonts = nodeIds.map((nodeId) => session.send("CSS.getPlatformFontsForNode", { nodeId }));
  const families = (await Promise.all(fonts)).map((answer) => answer.fonts[0]?.familyName ?? "none");
  return Object.fromEntries(CHARACTERS.map((character, index) => [character, families[index] ?? "none"]));
}

/** How a character looks, and how one looks that no font has. */
async function pictures(page: Page): Promise<{ readonly missing: string; readonly of: ReadonlyMap<string, string> }> {
  const picture = async (selector: string) => (await page.locator(selector).screenshot()).toString("base64");
  const of = new Map<string, string>();
  for (const [index, character] of CHARACTERS.entries()) of.set(character, await picture(`#c${index}`));
  return { missing: await picture("#missing"), of };
}

test("no character of Chinese, Japanese, Korean, European or currency text, and no emoji, is drawn as a box", async () => {
  const { browser } = await launched();
  const page = await browser.newPage();
  const cells = CHARACTERS.map((character, index) => `<p id="c${index}">${character}</p>`).join("");
  // U+0378 is assigned to nothing.
  await page.setContent(`<meta charset="utf-8"><style>p { font: 24px/30px sans-serif; width: 30px; height: 30px; margin: 0 }</style>
    ${cells}<p id="missing">\u0378</p>`);
  const fonts = await fontsOf(page);
  expect(new Set(Object.values(fonts))).not.toContain("none");
  expect(fonts["é"]).toBe("Open Sans");
  expect(fonts["😀"]).toBe("Noto Emoji");
  const { missing, of } = await pictures(page);
  expect([...of].filter(([, picture]) => picture === missing).map(([character]) => character)).toEqual([]);
});
