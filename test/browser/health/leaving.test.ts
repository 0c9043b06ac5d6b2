import { expect, test } from "vitest";

import { ProcessWatch } from "../../../functions/browser/health/process-watch.ts";
import { ProcessTable } from "../../../functions/browser/health/process-table.ts";
import type { PooledContext } from "../../../functions/browser/pooled-context.ts";
import { openBrowser } from "./open-browser.ts";
import { renderersOf } from "./renderers.ts";

/** A context and its neighbour, and the renderer of the first, stopped. */
async function withAStoppedRenderer() {
  const opened = await openBrowser(2, { closeDeadlineMs: 500 });
  const { browser, contexts, settle } = opened;
  const [context, neighbour] = contexts as [PooledContext, PooledContext];
  await settle();
  const group = browser.running.pid ?? 0;
  const { processes } = new ProcessTable().read(new Set([group]));
  const own = processes.filter((entry) => browser.renderers.ownerOf(entry) === context);
  expect(own).toHaveLength(1);
  for (const { pid } of own) process.kill(pid, "SIGSTOP");
  const isThere = async () => (await renderersOf(group)).includes(own[0]?.pid ?? 0);
  return { ...opened, context, neighbour, isThere };
}

test("a close that waits for its renderer gets it killed, and the browser isn't to blame", async () => {
  const { browser, context, neighbour, sick, isThere } = await withAStoppedRenderer();
  const close = context.context.close.bind(context.context);
  // Chromium's own close waits for no renderer; what hangs on one may: a screenshot, a recording, a download.
  context.context.close = async () => {
    await expect.poll(isThere, { timeout: 30_000 }).toBe(false);
    await close();
  };
  await browser.shut(context);
  expect(await isThere()).toBe(false);
  expect([context.state.kind, sick]).toEqual(["gone", []]);
  expect(await neighbour.page.evaluate(() => 1 + 1)).toBe(2);
});

test("a stopped renderer that is left of a closed context is killed after a while, and nobody else's", async () => {
  const { browser, context, neighbour, isThere } = await withAStoppedRenderer();
  await browser.shut(context);
  expect(await isThere()).toBe(true);
  const { byBrowser } = new ProcessWatch(() => [browser]).read();
  const look = (nowMs: number) => browser.renderers.endOutlived(byBrowser.get(browser) ?? [], nowMs);
  look(1_000);
  look(5_900);
  expect(await isThere()).toBe(true);
  look(6_000);
  await expect.poll(isThere, { timeout: 10_000 }).toBe(false);
  expect(await neighbour.page.evaluate(() => 1 + 1)).toBe(2);
});
