import type { Browser, BrowserContext, Page } from "playwright-core";

import { withDeadline } from "./deadline.ts";
import { openSelfTestSite } from "./self-test-site.ts";

export interface SelfTestFinding {
  readonly check: "opens" | "isolates" | "outlives-close" | "outlives-crash";
  readonly detail: string;
}

export interface SelfTestOptions {
  /** `one`: contexts follow each other, so nothing is asked of neighbours. */
  readonly contexts: "one" | "neighbours";
  /** Limit of each step. */
  readonly stepDeadlineMs: number;
}

interface Tenant {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
}

/**
 * Proves that this browser, under the constraints of this very container, keeps tenants apart: neighbouring contexts on
 * one site see their own cookies (by document, fetch and XHR) and storage, one outlives the other's end and the other's
 * crash. No findings: it does. Never throws.
 */
export async function selfTest(browser: Browser, options: SelfTestOptions): Promise<readonly SelfTestFinding[]> {
  const findings: SelfTestFinding[] = [];
  const step = async <T>(check: SelfTestFinding["check"], what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await withDeadline(work(), options.stepDeadlineMs, what);
    } catch (error) {
      findings.push({ check, detail: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  };
  const expectOwn = (tenant: Tenant, check: SelfTestFinding["check"]) =>
    step(check, `${tenant.name} reads its own`, () => seesOnlyItsOwn(tenant));

  const opened: BrowserContext[] = [];
  const site = await openSelfTestSite();
  try {
    const names = options.contexts === "one" ? ["a"] : ["a", "b", "c"];
    const tenants = await Promise.all(
      names.map((name) => step("opens", `opening ${name}`, () => openTenant(browser, site.origin, name, opened))),
    );
    await Promise.all(tenants.map((tenant) => expectOwn(tenant, "isolates")));
    const [survivor, closing, crashing] = tenants;
    if (survivor && closing && crashing) {
      await step("outlives-close", "closing a neighbour", () => closing.context.close());
      await expectOwn(survivor, "outlives-close");
      await step("outlives-crash", "crashing a neighbour", () => crash(crashing));
      await expectOwn(survivor, "outlives-crash");
    }
  } catch (error) {
    if (findings.length === 0) findings.push({ check: "opens", detail: String(error) });
  } finally {
    const closing = Promise.allSettled(opened.map((context) => context.close()));
    await withDeadline(closing, options.stepDeadlineMs, "closing the self-test").catch(() => {});
    await site.close();
  }
  return findings;
}

async function openTenant(browser: Browser, origin: string, name: string, opened: BrowserContext[]): Promise<Tenant> {
  const context = await browser.newContext({ acceptDownloads: false, serviceWorkers: "block" });
  opened.push(context);
  const page = await context.newPage();
  await page.goto(`${origin}/as/${name}`, { timeout: 0 });
  await page.evaluate((value) => localStorage.setItem("tenant", value), name);
  return { name, context, page };
}

async function seesOnlyItsOwn({ name, page }: Tenant): Promise<void> {
  const seen = await page.evaluate(async () => {
    const byXhr = new Promise<string>((resolve) => {
      const request = new XMLHttpRequest();
      request.addEventListener("loadend", () => resolve(request.responseText));
      request.open("GET", "/cookie");
      request.send();
    });
    const byFetch = fetch("/cookie").then((response) => response.text());
    return {
      document: document.cookie,
      fetch: await byFetch,
      xhr: await byXhr,
      storage: `tenant=${localStorage.getItem("tenant")}`,
    };
  });
  const own = `tenant=${name}`;
  const foreign = Object.entries(seen).filter(([, value]) => value !== own);
  if (foreign.length === 0) return;
  const list = foreign.map(([where, value]) => `${where} has "${value}"`).join(", ");
  throw new Error(`context ${name} doesn't see its own state alone: ${list}`);
}

async function crash({ context, page }: Tenant): Promise<void> {
  const crashed = new Promise<void>((resolve) => {
    page.once("crash", () => resolve());
  });
  const session = await context.newCDPSession(page);
  // Never answered: the renderer that would is gone.
  session.send("Page.crash").catch(() => {});
  await crashed;
}
