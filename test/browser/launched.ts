import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import { launchChromium, type LaunchedBrowser } from "../../functions/browser/launch.ts";

/** The layer's Chromium for one test. */
export async function launched(): Promise<LaunchedBrowser> {
  const chromiumDir = process.env["SUBLET_CHROMIUM_DIR"] as string;
  const tempDir = await mkdtemp(join(tmpdir(), "sublet-test-"));
  const browser = await launchChromium({ chromiumDir, tempDir, rung: "zygote", deadlineMs: 15_000 });
  onTestFinished(async () => {
    await browser.close(0);
    await rm(tempDir, { recursive: true, force: true });
  });
  return browser;
}

/** A repeatable source of numbers from 0 to below 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
