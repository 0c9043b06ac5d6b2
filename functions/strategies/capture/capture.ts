import { z } from "zod";

import { PermanentFailure } from "../../core/job/failures.ts";
import type { ArtifactReference } from "../../core/job/job-result.ts";
import type { StrategyPage, StrategyRun } from "../contract/define-strategy.ts";
import { navigating } from "../page/visit.ts";
import { within } from "../page/within.ts";
import { IMAGE_MAX_PIXELS, type PdfOptions, type ScreenshotOptions } from "./options.ts";

type CaptureRun = Pick<StrategyRun<unknown>, "signal" | "remainingMs" | "artifact">;

const CAPTURE_TIMEOUT_MS = 30_000;
const GRACE_MS = 2_000;
const DEFAULT_QUALITY = 80;

/** A file that a strategy wrote, as its output shows it. */
export const artifactSchema = z.object({
  name: z.string(),
  uri: z.string(),
  contentType: z.string(),
  bytes: z.number(),
  sha256: z.string(),
});

/** Takes a picture and writes it as an artifact. Throws `PermanentFailure` `ElementNotFound` and `PageTooLarge`. */
export async function takeScreenshot(
  run: CaptureRun,
  page: StrategyPage,
  options: ScreenshotOptions,
  at: string,
): Promise<ArtifactReference> {
  const jpeg = options.type === "jpeg";
  const shared = {
    type: options.type,
    ...(jpeg ? { quality: options.quality ?? DEFAULT_QUALITY } : {}),
    timeout: Math.max(1, Math.min(CAPTURE_TIMEOUT_MS, run.remainingMs())),
  };
  const body = await capturing(run, page, at, async () => {
    if (options.selector !== undefined) {
      const element = await page.$(options.selector);
      if (element === null) throw noElement(options.selector, page.url(), at);
      return element.screenshot(shared);
    }
    if (options.fullPage) await refuseTooLarge(page, at);
    return page.screenshot({
      ...shared,
      fullPage: options.fullPage,
      ...(options.clip === undefined ? {} : { clip: options.clip }),
    });
  });
  const name = options.name ?? (jpeg ? "screenshot.jpg" : "screenshot.png");
  return run.artifact(name, jpeg ? "image/jpeg" : "image/png", body);
}

/** Prints the page and writes the file as an artifact. */
export async function printPdf(
  run: CaptureRun,
  page: StrategyPage,
  { name, width, height, margin, pageRanges, format, landscape, printBackground, scale }: PdfOptions,
  at: string,
): Promise<ArtifactReference> {
  const body = await capturing(run, page, at, () =>
    page.pdf({
      ...(width === undefined || height === undefined ? { format } : { width, height }),
      ...(margin === undefined ? {} : { margin }),
      ...(pageRanges === undefined ? {} : { pageRanges }),
      landscape,
      printBackground,
      scale,
    }),
  );
  return run.artifact(name, "application/pdf", body);
}

function capturing<Value>(run: CaptureRun, page: StrategyPage, at: string, take: () => Promise<Value>): Promise<Value> {
  return navigating(run, at, page.url(), () => within(run, CAPTURE_TIMEOUT_MS + GRACE_MS, at, take));
}

async function refuseTooLarge(page: StrategyPage, at: string): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (height <= IMAGE_MAX_PIXELS) return;
  const message = `the page is ${height} pixels high, a picture takes at most ${IMAGE_MAX_PIXELS}; use clip or a pdf`;
  throw new PermanentFailure("PageTooLarge", message, { at });
}

function noElement(selector: string, url: string, at: string): PermanentFailure {
  return new PermanentFailure("ElementNotFound", `nothing matches "${selector}" at ${url}`, { at });
}
