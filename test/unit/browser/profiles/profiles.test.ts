import { expect, test } from "vitest";

import { chromeBrands } from "../../../../functions/browser/profiles/chrome-brands.ts";
import { defaultProfile } from "../../../../functions/browser/profiles/default-profile.ts";
import { mobileProfile } from "../../../../functions/browser/profiles/mobile-profile.ts";
import { stealthProfile } from "../../../../functions/browser/profiles/stealth-profile.ts";

const VERSION = "153.0.8010.0";
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const chosen = async (seed: number) => JSON.stringify(await stealthProfile(seededRandom(seed), VERSION));

test("20 stealth contexts differ from each other, and the same seed gives the same one", async () => {
  const first = await Promise.all(SEEDS.map(chosen));
  expect(new Set(first).size).toBe(20);
  expect(await Promise.all(SEEDS.map(chosen))).toEqual(first);
});

test("known-bad twin: with the randomness of a standing clock all 20 are one", async () => {
  const same = await Promise.all(SEEDS.map(async () => JSON.stringify(await stealthProfile(() => 0.5, VERSION))));
  expect(new Set(same).size).toBe(1);
});

test("choosing leaves Math.random as it was", async () => {
  const { random } = Math;
  await chosen(1);
  expect(Math.random).toBe(random);
});

test.each(SEEDS)("stealth %i is of one piece", async (seed) => {
  const { options, identity } = await stealthProfile(seededRandom(seed), VERSION);
  const { userAgentMetadata: hints, userAgent, platform, acceptLanguage } = identity;
  const systems: Record<string, readonly [inUserAgent: string, platform: string]> = {
    Windows: ["Windows NT 10.0; Win64; x64", "Win32"],
    macOS: ["Macintosh; Intel Mac OS X 10_15_7", "MacIntel"],
    Linux: ["X11; Linux x86_64", "Linux x86_64"],
  };
  const [inUserAgent, expectedPlatform] = systems[hints.platform] ?? [];
  expect(userAgent).toContain(`(${inUserAgent})`);
  expect(platform).toBe(expectedPlatform);
  expect(userAgent).toContain("Chrome/153.0.0.0");
  expect(options.userAgent).toBe(userAgent);
  expect(acceptLanguage.split(",")[0]).toBe(options.locale);
  expect(hints.mobile).toBe(false);
  expect(hints.platform === "Linux" || /^\d+\.\d+\.\d+$/u.test(hints.platformVersion)).toBe(true);
  const [screen, viewport] = [options.screen, options.viewport];
  expect(viewport?.width).toBeLessThanOrEqual(screen?.width ?? 0);
  expect(viewport?.height).toBeLessThan(screen?.height ?? 0);
});

test("default and mobile name the running version and neither Headless nor another version", () => {
  for (const { options, identity } of [defaultProfile(VERSION), mobileProfile(VERSION)]) {
    expect(JSON.stringify({ options, identity })).not.toMatch(/headless/iu);
    expect(options.userAgent).toMatch(/ Chrome\/153\.0\.0\.0 /u);
    expect(identity.userAgent).toBe(options.userAgent);
  }
});

test.each([
  // As real Chrome sends it; 147 is from the fingerprint generator's records.
  ["147.0.7727.138", ["Google Chrome 147", "Not.A/Brand 8", "Chromium 147"]],
  ["120.0.6099.109", ["Not_A Brand 8", "Chromium 120", "Google Chrome 120"]],
  ["124.0.6367.60", ["Chromium 124", "Google Chrome 124", "Not-A.Brand 99"]],
  ["131.0.6778.86", ["Google Chrome 131", "Chromium 131", "Not_A Brand 24"]],
])("brands of Chrome %s", (version, expected) => {
  const { brands, fullVersionList } = chromeBrands(version);
  expect(brands.map(({ brand, version: major }) => `${brand} ${major}`)).toEqual(expected);
  expect(fullVersionList).toContainEqual({ brand: "Chromium", version });
});
