import type { Browser, BrowserContext, Page } from "playwright-core";

import { openLoggedSite, type LoggedSite } from "../logged-site.ts";

export interface Client {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
}

/** A page that notes whether its context's init script ran before it, and asks for something that the context routes. */
const POPUP = `<!doctype html><script>
  window.scriptFirst = window.initScript;
  window.routed = fetch("/routed").then((answer) => answer.text());
</script>`;

export async function openPopupSite(): Promise<LoggedSite> {
  const popup = { type: "text/html", body: POPUP };
  return openLoggedSite(() => Object.fromEntries(POPUP_PATHS.map((path) => [path, popup])));
}

const ROUNDS = 8;
const POPUP_PATHS = ["A", "B"].flatMap((name) =>
  Array.from({ length: ROUNDS }, (_, round) => `/popup-${name}-${round}`),
);

/** One client's context, with a user agent, an init script and a route that its popups must have too. */
export async function openClient(browser: Browser, name: string, site: LoggedSite): Promise<Client> {
  const context = await browser.newContext({ userAgent: `agent-${name}` });
  await context.addInitScript((own) => Object.assign(globalThis, { initScript: own }), name);
  await context.route("**/routed", (route) => route.fulfill({ body: name }));
  const page = await context.newPage();
  await page.goto(`${site.origin}/page`);
  return { name, context, page };
}

/** Opens popups in turn, with opener and without; gives what of them wasn't their client's own. */
export async function strayPopups(clients: readonly Client[], site: LoggedSite): Promise<string[]> {
  const stray: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, context, page } of clients) {
      const path = `/popup-${name}-${round}`;
      const opened = context.waitForEvent("page");
      const features = round % 2 === 0 ? "" : "noopener";
      await page.evaluate(`void window.open(${JSON.stringify(site.origin + path)}, "_blank", "${features}")`);
      const popup = await opened;
      await popup.waitForURL(`**${path}`);
      const seen = {
        script: await popup.evaluate("window.scriptFirst"),
        route: await popup.evaluate("window.routed"),
        header: site.requestOf(path)?.headers["user-agent"]?.replace("agent-", ""),
      };
      for (const [what, value] of Object.entries(seen)) {
        if (value !== name) stray.push(`${path}: ${what} is ${String(value)}`);
      }
      await popup.close();
    }
  }
  return stray;
}

/** What a page's prompt is answered with when its own client takes a moment to answer. */
export async function answerToPrompt({ page, name }: Client): Promise<unknown> {
  page.once("dialog", (dialog) => {
    setImmediate(() => void dialog.accept(`answer of ${name}`).catch(() => {}));
  });
  return page.evaluate(() => prompt("Who answers?"));
}
