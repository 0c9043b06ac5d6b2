import type { Browser, BrowserContext, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { contextOptionsFor } from "../../../functions/browser/profiles/context-options.ts";
import { PROFILES, type Profile } from "../../../functions/core/job/job-message.ts";
import { launched, seededRandom } from "../launched.ts";
import { openIdentitySite, PLACES, readEverywhere } from "./shown-identity.ts";

const PLATFORM_OF_HINT: Readonly<Record<string, string>> = {
  Windows: "Win32",
  macOS: "MacIntel",
  Linux: "Linux x86_64",
  Android: "Linux armv8l",
};

async function open(
  browser: Browser,
  profile: Profile,
  seed: number,
): Promise<{ context: BrowserContext; page: Page }> {
  const { options, prepare } = await contextOptionsFor(profile, seededRandom(seed), browser.version());
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await prepare(context, page);
  return { context, page };
}

describe.each(PROFILES)("profile %s", (profile) => {
  test("shows one identity to pages, popups, frames, workers and servers", async () => {
    const [{ browser }, site] = [await launched(), await openIdentitySite()];
    const { context, page } = await open(browser, profile, 11);

    const shown = await readEverywhere(context, page, site);
    for (const place of PLACES) expect({ place, ...shown[place] }).toEqual({ place, ...shown.page });

    const { userAgent, platform, languages, hints } = shown.page;
    const major = browser.version().split(".")[0];
    expect(JSON.stringify(shown)).not.toContain("Headless");
    expect(userAgent).toContain(`Chrome/${major}.0.0.0`);
    expect(hints["uaFullVersion"]).toBe(browser.version());
    expect(hints["fullVersionList"]).toContainEqual({ brand: "Google Chrome", version: browser.version() });
    expect(platform).toBe(PLATFORM_OF_HINT[String(hints["platform"])]);
    expect(hints["mobile"]).toBe(profile === "mobile");
    expect(userAgent.includes("Mobile")).toBe(profile === "mobile");

    const brands = (hints["brands"] as { brand: string; version: string }[])
      .map(({ brand, version }) => `"${brand}";v="${version}"`)
      .join(", ");
    for (const { path, headers } of site.requests) {
      expect([path, headers["user-agent"]]).toEqual([path, userAgent]);
      expect([path, headers["accept-language"]?.replaceAll(/;q=[\d.]+/gu, "")]).toEqual([path, languages.join(",")]);
    }
    for (const path of ["/page", "/again", "/frame", "/popup"]) {
      const headers = site.requestOf(path)?.headers;
      expect([path, headers?.["sec-ch-ua"], headers?.["sec-ch-ua-platform"], headers?.["sec-ch-ua-mobile"]]).toEqual([
        path,
        brands,
        `"${String(hints["platform"])}"`,
        profile === "mobile" ? "?1" : "?0",
      ]);
    }
    const asked = site.requestOf("/again")?.headers;
    expect(asked?.["sec-ch-ua-platform-version"]).toBe(`"${String(hints["platformVersion"])}"`);
    expect(asked?.["sec-ch-ua-arch"]).toBe(`"${String(hints["architecture"])}"`);
    expect(asked?.["sec-ch-ua-full-version-list"]).toContain(`"Google Chrome";v="${browser.version()}"`);
  });

  test("shows what its options say of screen, locale and time zone", async () => {
    const [{ browser }, site] = [await launched(), await openIdentitySite()];
    const { options } = await contextOptionsFor(profile, seededRandom(11), browser.version());
    const { page } = await open(browser, profile, 11);
    await page.goto(`${site.origin}/page`);
    const seen = await page.evaluate(() => ({
      viewport: { width: innerWidth, height: innerHeight },
      deviceScaleFactor: devicePixelRatio,
      timezoneId: Intl.DateTimeFormat().resolvedOptions().timeZone,
      locale: Intl.NumberFormat().resolvedOptions().locale,
      touch: navigator.maxTouchPoints > 0,
      fits: innerWidth <= screen.width && innerHeight <= screen.height,
    }));
    expect(seen).toEqual({
      viewport: options.viewport,
      deviceScaleFactor: options.deviceScaleFactor ?? 1,
      timezoneId: options.timezoneId,
      locale: options.locale,
      touch: profile === "mobile",
      fits: true,
    });
  });
});

test("known-bad twin: Playwright's own user agent option tells Headless by client hints, and the real platform", async () => {
  const [{ browser }, site] = [await launched(), await openIdentitySite()];
  const { options } = await contextOptionsFor("stealth", seededRandom(11), browser.version());
  const context = await browser.newContext({
    ...options,
    userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/1.0.0.0",
  });
  const page = await context.newPage();
  const shown = await readEverywhere(context, page, site);
  expect(shown.page.platform).not.toBe("Win32");
  expect(shown["shared worker"]).not.toEqual(shown.page);
  expect(site.requestOf("/popup")?.headers["sec-ch-ua"]).toContain("Headless");
});

test("only stealth hides that it is automated", async () => {
  const [{ browser }, site] = [await launched(), await openIdentitySite()];
  const webdriver = async (profile: Profile) => {
    const { page } = await open(browser, profile, 3);
    await page.goto(`${site.origin}/page`);
    return page.evaluate(() => navigator.webdriver);
  };
  expect(await Promise.all(PROFILES.map(webdriver))).toEqual(PROFILES.map((profile) => profile !== "stealth"));
});
