import type { BrowserContext, Page } from "playwright-core";

import { openLoggedSite, type LoggedSite } from "../logged-site.ts";

/** What a script in a page, frame or worker reads of its browser. */
export interface Shown {
  readonly userAgent: string;
  readonly appVersion: string;
  readonly platform: string;
  readonly languages: readonly string[];
  readonly hardwareConcurrency: number;
  readonly timeZone: string;
  readonly intlLocale: string;
  readonly hints: Readonly<Record<string, unknown>>;
}

const READ = `(async () => ({
  userAgent: navigator.userAgent,
  appVersion: navigator.appVersion,
  platform: navigator.platform,
  languages: [...navigator.languages],
  hardwareConcurrency: navigator.hardwareConcurrency,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  intlLocale: Intl.NumberFormat().resolvedOptions().locale,
  hints: await navigator.userAgentData.getHighEntropyValues(
    ["architecture", "bitness", "model", "platformVersion", "fullVersionList", "uaFullVersion", "wow64", "formFactors"]),
}))()`;

const ASKED =
  "Sec-CH-UA-Full-Version-List, Sec-CH-UA-Platform-Version, Sec-CH-UA-Arch, Sec-CH-UA-Bitness, Sec-CH-UA-Model";
const PAGE = {
  type: "text/html",
  body: '<!doctype html><meta name="viewport" content="width=device-width"><title>page</title>',
  headers: { "accept-ch": ASKED },
};

export const PLACES = ["page", "popup", "frame of another site", "worker", "shared worker"] as const;
export type PlaceName = (typeof PLACES)[number];

export async function openIdentitySite(): Promise<LoggedSite> {
  const script = (body: string) => ({ type: "text/javascript", body });
  return openLoggedSite(() => ({
    "/page": PAGE,
    "/again": PAGE,
    "/frame": PAGE,
    "/popup": PAGE,
    "/worker.js": script(`fetch("/from-worker"); ${READ}.then((shown) => postMessage(shown));`),
    "/shared.js": script(`onconnect = ({ ports: [port] }) => {
      fetch("/from-shared-worker").then(() => ${READ}).then((shown) => port.postMessage(shown));
    };`),
  }));
}

/** Reads the identity in each place that a site's script can run in. */
export async function readEverywhere(
  context: BrowserContext,
  page: Page,
  site: LoggedSite,
): Promise<Readonly<Record<PlaceName, Shown>>> {
  await page.goto(`${site.origin}/page`);
  // What `Accept-CH` asked for comes with the next request to the same origin.
  await page.goto(`${site.origin}/again`);
  const worker = `new Promise((resolve) => { new Worker("/worker.js").onmessage = ({ data }) => resolve(data); })`;
  const shared = `new Promise((resolve) => {
    new SharedWorker("/shared.js").port.onmessage = ({ data }) => resolve(data);
  })`;
  const frame = `new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.onload = resolve;
    frame.src = "${site.otherOrigin}/frame";
    document.body.append(frame);
  })`;
  const [inPage, inWorker, inShared] = [
    await page.evaluate<Shown>(READ),
    await page.evaluate<Shown>(worker),
    await page.evaluate<Shown>(shared),
  ];
  await page.evaluate(frame);
  const inFrame = await (page.frames()[1] as ReturnType<Page["mainFrame"]>).evaluate<Shown>(READ);
  const opened = context.waitForEvent("page");
  await page.evaluate(`void window.open("${site.otherOrigin}/popup", "_blank", "noopener")`);
  const popup = await opened;
  await popup.waitForURL("**/popup");
  return {
    page: inPage,
    popup: await popup.evaluate<Shown>(READ),
    "frame of another site": inFrame,
    worker: inWorker,
    "shared worker": inShared,
  };
}
