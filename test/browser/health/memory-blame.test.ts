import { expect, test } from "vitest";

import type { BrowserEvent } from "../../../functions/browser/browser-event.ts";
import { MemoryWatch } from "../../../functions/browser/health/memory-watch.ts";
import { ownMiBOf } from "../../../functions/browser/health/process-table.ts";
import { ProcessWatch, type Tenant } from "../../../functions/browser/health/process-watch.ts";
import type { PooledBrowser } from "../../../functions/browser/pooled-browser.ts";
import type { PooledContext } from "../../../functions/browser/pooled-context.ts";
import { fill } from "./filled-page.ts";
import { openBrowser } from "./open-browser.ts";

/** Two tenants, one with 400 MiB; the container has too little for that. Who goes, and is there room then? */
async function blamed(watching: (browsers: () => Iterable<PooledBrowser>) => ProcessWatch) {
  const { browser, contexts } = await openBrowser(2);
  const [greedy, modest] = contexts as [PooledContext, PooledContext];
  const processes = watching(() => [browser]);
  const events: BrowserEvent[] = [];
  const memoryLimitMiB = ownMiBOf(process.pid) + 450;
  const watch = new MemoryWatch({
    settings: { memoryLimitMiB, evictAtRatio: 0.9 },
    processes,
    current: () => browser,
    retire: () => {},
    onEvent: (event) => events.push(event),
  });
  await watch.look();
  expect(events).toEqual([]);
  await greedy.page.evaluate(fill, 400);
  await watch.look();
  const gone = [greedy, modest].filter(({ loss }) => loss !== undefined);
  for (const context of gone) await browser.shut(context);
  return { greedy, modest, gone, events, isOver: processes.read().usedMiB >= 0.9 * memoryLimitMiB };
}

test("who has the memory is evicted, and then there is room", async () => {
  const { greedy, gone, events, isOver } = await blamed((browsers) => new ProcessWatch(browsers));
  expect(gone).toEqual([greedy]);
  expect(greedy.loss).toMatchObject({ what: "memory" });
  expect(events).toMatchObject([{ kind: "tenant-evicted", context: greedy.id }]);
  expect(isOver).toBe(false);
});

test("it goes also when its first page is lost already and another's goes on", async () => {
  const { browser, contexts } = await openBrowser(1);
  const [context] = contexts as [PooledContext];
  const evicted: string[] = [];
  const processes = new ProcessWatch(() => [browser]);
  const watch = new MemoryWatch({
    settings: { memoryLimitMiB: ownMiBOf(process.pid) + 450, evictAtRatio: 0.9 },
    processes,
    current: () => browser,
    retire: () => {},
    onEvent: ({ kind }) => void evicted.push(kind),
  });
  const other = await context.context.newPage();
  const told: string[] = [];
  context.tenants.add({ lose: ({ what }) => void told.push(what), evict: () => {} });
  context.lose({ what: "renderer", detail: "the page's renderer process ended", browser: browser.id, neighbours: 2 });
  await watch.look();
  await other.evaluate(fill, 400);
  await watch.look();
  expect([told, evicted]).toEqual([["memory"], ["tenant-evicted"]]);
  expect((await context.lost).what).toBe("renderer");
});

test("known-bad twin: a wrong mapping evicts the wrong one, and there is no room", async () => {
  class Mistaken extends ProcessWatch {
    override tenants(...seen: Parameters<ProcessWatch["tenants"]>): readonly Tenant[] {
      const tenants = super.tenants(...seen);
      return tenants.map((tenant, index) => {
        const { pooled } = tenants.at(-1 - index) ?? tenant;
        return { pooled, usage: { ...tenant.usage, context: pooled.id } };
      });
    }
  }
  const { modest, gone, isOver } = await blamed((browsers) => new Mistaken(browsers));
  expect(gone).toEqual([modest]);
  expect(isOver).toBe(true);
});
