import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import type { Browser, BrowserContext, Page } from "playwright-core";

import { withDeadline } from "../../../functions/browser/deadline.ts";
import { launchByLadder } from "../../../functions/browser/ladder.ts";
import { launchChromium } from "../../../functions/browser/launch.ts";
import { selfTest } from "../../../functions/browser/self-test.ts";

const CONTEXTS = 12;
const DEADLINE_MS = 15_000;

/** What the jailed run found. Contexts are named by their number. */
export interface JailReport {
  readonly uid: number;
  readonly rootIsWritable: boolean;
  readonly hasSharedMemoryFolder: boolean;
  readonly rung: string;
  readonly findings: readonly unknown[];
  readonly opened: number;
  /** Contexts that still answered, and with their own storage, after each step. */
  readonly soundAfterCrash: readonly number[];
  readonly crashed: number;
  readonly soundAfterEachClose: readonly (readonly number[])[];
  readonly soundAfterReopening: number;
}

interface Tenant {
  readonly number: number;
  readonly context: BrowserContext;
  readonly page: Page;
}

const [chromiumDir, tempDir] = process.argv.slice(2) as [string, string];
const site = createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>site</title>"));
await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
process.stdout.write(JSON.stringify(await report()));
site.close();
site.closeAllConnections();

async function report(): Promise<JailReport> {
  const { launched, rung, findings } = await launchByLadder({
    launch: (next) => launchChromium({ chromiumDir, tempDir, rung: next, deadlineMs: DEADLINE_MS }),
    selfTest: ({ browser }) => selfTest(browser, { contexts: "neighbours", stepDeadlineMs: DEADLINE_MS }),
  });
  try {
    return { ...(await constraints()), rung, findings, ...(await useContexts(launched.browser)) };
  } finally {
    await launched.close(2_000);
  }
}

async function constraints() {
  const written = writeFile(join(import.meta.dirname, "jailed"), "").then(
    () => true,
    () => false,
  );
  return {
    uid: process.getuid?.() ?? 0,
    rootIsWritable: await written,
    hasSharedMemoryFolder: existsSync("/dev/shm"),
  };
}

async function useContexts(browser: Browser) {
  let tenants = await Promise.all(Array.from({ length: CONTEXTS }, (_, number) => open(browser, number)));
  const opened = tenants.length;

  const victim = tenants[4] as Tenant;
  const crash = new Promise((resolve) => victim.page.once("crash", resolve));
  victim.page.goto("chrome://crash").catch(() => {});
  await withDeadline(crash, DEADLINE_MS, "the crash");
  tenants = tenants.filter((tenant) => tenant !== victim);
  const soundAfterCrash = await soundOf(tenants);
  await victim.context.close();

  const soundAfterEachClose: (readonly number[])[] = [];
  // Out of order: from the middle, the newest, the oldest.
  for (const number of [6, 11, 0, 8, 1]) {
    await tenants.find((tenant) => tenant.number === number)?.context.close();
    tenants = tenants.filter((tenant) => tenant.number !== number);
    soundAfterEachClose.push(await soundOf(tenants));
  }
  const reopened = await Promise.all([20, 21, 22, 23, 24, 25].map((number) => open(browser, number)));
  const all = await soundOf([...tenants, ...reopened]);
  return { opened, crashed: victim.number, soundAfterCrash, soundAfterEachClose, soundAfterReopening: all.length };
}

async function open(browser: Browser, number: number): Promise<Tenant> {
  const context = await withDeadline(browser.newContext(), DEADLINE_MS, "newContext");
  const page = await withDeadline(context.newPage(), DEADLINE_MS, "newPage");
  await withDeadline(page.goto(origin), DEADLINE_MS, "goto");
  await page.evaluate((own) => localStorage.setItem("tenant", own), String(number));
  return { number, context, page };
}

async function soundOf(tenants: readonly Tenant[]): Promise<readonly number[]> {
  const answers = tenants.map(async ({ number, page }) => {
    await withDeadline(page.reload(), DEADLINE_MS, "reload");
    await withDeadline(page.screenshot(), DEADLINE_MS, "screenshot");
    return (await page.evaluate(() => localStorage.getItem("tenant"))) === String(number) ? [number] : [];
  });
  const settled = await Promise.allSettled(answers);
  return settled.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
}
