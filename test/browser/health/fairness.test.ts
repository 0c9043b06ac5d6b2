import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { openPool, request } from "../browser/pool-fixture.ts";

const CONTEXTS = 10;
/** How long the window is: so many ticks of one page's clocks. */
const TICKS = 60;
/** The slowest page gets at least half of what the fastest gets. */
const FAIR_RATIO = 0.5;

interface Ticks {
  readonly timers: number;
  readonly frames: number;
}

declare const ticks: { timers: number; frames: number };

async function openTicking(): Promise<readonly Page[]> {
  const { pool } = await openPool({ pristine: { default: 0, stealth: 0, mobile: 0 } });
  const leases = await Promise.all(Array.from({ length: CONTEXTS }, () => pool.leaseContext(request())));
  const pages = leases.map(({ page }) => page);
  await Promise.all(
    pages.map((page) =>
      page.evaluate(() => {
        const counts = { timers: 0, frames: 0 };
        Object.assign(globalThis, { ticks: counts });
        document.body.append(Object.assign(document.createElement("h1"), { textContent: "0" }));
        setInterval(() => {
          counts.timers += 1;
        }, 50);
        const onFrame = () => {
          counts.frames += 1;
          // A frame that shows something new: one without a change may be left out.
          document.body.style.background = counts.frames % 2 === 0 ? "white" : "silver";
          requestAnimationFrame(onFrame);
        };
        requestAnimationFrame(onFrame);
      }),
    ),
  );
  return pages;
}

const readTicks = (pages: readonly Page[]): Promise<Ticks[]> =>
  Promise.all(pages.map((page) => page.evaluate(() => ({ ...ticks }))));

/** Slowest to fastest, over a window that ends when the first page's clocks have ticked so often. Each page is pictured meanwhile. */
async function fairness(pages: readonly Page[], pictured: readonly Page[]): Promise<Ticks> {
  const before = await readTicks(pages);
  const [first] = pages;
  const windowOver = first?.evaluate(
    async ({ timers, frames }) => {
      while (ticks.timers < timers || ticks.frames < frames) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    { timers: (before[0]?.timers ?? 0) + TICKS, frames: (before[0]?.frames ?? 0) + TICKS },
  );
  const pictures = await Promise.all(pictured.map((page) => page.screenshot({ timeout: 60_000 })));
  expect(pictures.every((picture) => picture.length > 0)).toBe(true);
  await windowOver;
  const after = await readTicks(pages);
  const ratio = (clock: keyof Ticks) => {
    const gained = after.map((ticked, index) => ticked[clock] - (before[index]?.[clock] ?? 0));
    return Math.min(...gained) / Math.max(...gained);
  };
  return { timers: ratio("timers"), frames: ratio("frames") };
}

test("ten contexts with timers, frames and screenshots progress alike, though at most one can be in front", async () => {
  const pages = await openTicking();
  const { timers, frames } = await fairness(pages, pages);
  expect(timers).toBeGreaterThanOrEqual(FAIR_RATIO);
  expect(frames).toBeGreaterThanOrEqual(FAIR_RATIO);
}, 120_000);

test("known-bad twin: one page whose time stands still shows", async () => {
  const pages = await openTicking();
  const starved = pages.at(-1) as Page;
  const session = await starved.context().newCDPSession(starved);
  await session.send("Emulation.setVirtualTimePolicy", { policy: "pause" });
  const { timers } = await fairness(
    pages,
    pages.filter((page) => page !== starved),
  );
  expect(timers).toBeLessThan(FAIR_RATIO);
}, 120_000);
