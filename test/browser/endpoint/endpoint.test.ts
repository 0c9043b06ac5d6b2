import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";

import { connectEndpoint } from "../../../functions/browser/cdp/endpoint-transport.ts";
import { EndpointUnavailable } from "../../../functions/browser/cdp/endpoint-unavailable.ts";
import { applyResourcePolicy } from "../../../functions/browser/resource-blocking.ts";
import { EVERYTHING, TEXT_ONLY } from "../../../functions/core/job/resource-policy.ts";
import { openLoggedSite } from "../logged-site.ts";
import { startSharedChromium } from "./shared-chromium.ts";
import { answerToPrompt, openClient, openPopupSite, strayPopups } from "./two-clients.ts";

const noSignal = () => new AbortController().signal;

async function connect(endpoint: string) {
  const connected = await connectEndpoint(endpoint, noSignal());
  onTestFinished(() => connected.close());
  return connected;
}

test("two clients of one Chromium: each one's popups have its own init scripts, routes and user agent", async () => {
  const [{ http, socket }, site] = [await startSharedChromium(), await openPopupSite()];
  const [first, second] = [await connect(http), await connect(socket)];
  const clients = [await openClient(first.browser, "A", site), await openClient(second.browser, "B", site)];
  expect(await strayPopups(clients, site)).toEqual([]);
});

test("a dialog is answered by its own client only", async () => {
  const [{ http }, site] = [await startSharedChromium(), await openPopupSite()];
  const [first, second] = [await connect(http), await connect(http)];
  const clients = [await openClient(first.browser, "A", site), await openClient(second.browser, "B", site)];
  for (const client of clients) expect(await answerToPrompt(client)).toBe(`answer of ${client.name}`);
});

test("known-bad twin: Playwright's own connection sees the neighbour's pages and dismisses their dialogs", async () => {
  const [{ http }, site] = [await startSharedChromium(), await openPopupSite()];
  const [first, second] = [await chromium.connectOverCDP(http), await chromium.connectOverCDP(http)];
  onTestFinished(() => first.close());
  onTestFinished(() => second.close());
  const client = await openClient(first, "A", site);
  // News of the neighbour's page comes to the second connection by itself.
  const seen = () => second.contexts().flatMap((context) => context.pages().map((page) => page.url()));
  await expect.poll(seen).toContain(client.page.url());
  // Both answer, and whoever is faster counts: sooner or later it is the neighbour.
  await expect.poll(() => answerToPrompt(client), { timeout: 30_000 }).toBeNull();
});

test("a client sees no context but its own, its going takes only its own, and the browser goes on", async () => {
  const [{ http }, site] = [await startSharedChromium(), await openPopupSite()];
  const [first, second] = [await connect(http), await connect(http)];
  const gone = await openClient(first.browser, "A", site);
  const left = await openClient(second.browser, "B", site);
  const pagesSeen = () => second.browser.contexts().flatMap((context) => context.pages());
  expect(pagesSeen()).toEqual([left.page]);

  await first.close();
  await first.close();
  expect(gone.page.isClosed()).toBe(true);
  expect(await left.page.evaluate(() => document.title)).toBe("/page");
  await openClient(second.browser, "B", site);
  const third = await connect(http);
  expect(third.browser.contexts().flatMap((context) => context.pages())).toEqual([]);
});

test("a resource policy holds in an attached browser too", async () => {
  const { http } = await startSharedChromium();
  const site = await openLoggedSite(() => ({ "/page": { type: "text/html", body: '<img src="/image.gif">' } }));
  const { browser } = await connect(http);
  const context = await browser.newContext();
  const page = await context.newPage();
  await applyResourcePolicy(context, page, TEXT_ONLY);
  await page.goto(`${site.origin}/page`);
  expect(site.paths()).toEqual(["/page"]);
});

test("a Playwright server's browser: contexts open, and a resource policy holds by Playwright's own means", async () => {
  const chromiumDir = process.env["SUBLET_CHROMIUM_DIR"] ?? "";
  const server = await chromium.launchServer({
    executablePath: join(chromiumDir, "chromium"),
    host: "127.0.0.1",
    env: { ...process.env, LD_LIBRARY_PATH: join(chromiumDir, "lib"), FONTCONFIG_PATH: chromiumDir },
  });
  onTestFinished(() => server.close());
  const site = await openLoggedSite(() => ({ "/page": { type: "text/html", body: '<img src="/image.gif">' } }));
  const connected = await connect(`playwright+${server.wsEndpoint()}`);
  const context = await connected.browser.newContext();
  const page = await context.newPage();
  await applyResourcePolicy(context, page, TEXT_ONLY);
  await page.goto(`${site.origin}/page`);
  expect(site.paths()).toEqual(["/page"]);
  await applyResourcePolicy(context, page, EVERYTHING);
  await page.goto(`${site.origin}/page`);
  expect(site.paths()).toContain("/image.gif");
  await connected.close();
  expect(server.process().exitCode).toBeNull();
});

async function failureOf(endpoint: string, signal = noSignal()): Promise<unknown> {
  return connectEndpoint(endpoint, signal).catch((error: unknown) => error);
}

test.each([
  ["ftp://127.0.0.1", "not an endpoint that can be connected to"],
  ["nonsense", "(not a URL)"],
  ["http://127.0.0.1:1", "Is Chrome running there with --remote-debugging-port"],
  ["ws://127.0.0.1:1/devtools/browser/x", "the WebSocket was refused or closed"],
  ["playwright+ws://127.0.0.1:1/", "Is a Playwright server of the same version running there?"],
])("no browser at %s: the error says where and what to do", async (endpoint, part) => {
  const error = await failureOf(endpoint);
  expect(error).toBeInstanceOf(EndpointUnavailable);
  expect((error as Error).message).toContain(part);
});

test("an error names the endpoint without its key", async () => {
  const error = await failureOf("ws://user:password@127.0.0.1:1/browser?token=secret");
  expect((error as Error).message).toContain("ws://127.0.0.1:1/browser");
  expect((error as Error).message).not.toMatch(/password|secret/u);
});

test("a server that isn't a browser, and one that never answers", async () => {
  const server = createServer((request, response) => {
    if (request.headers.host?.startsWith("localhost")) response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  expect(String(await failureOf(`http://localhost:${port}`))).toContain("/json/version answered 404");
  const asked = once(server, "request");
  const controller = new AbortController();
  const failure = failureOf(`http://127.0.0.1:${port}`, controller.signal);
  await asked;
  controller.abort(new Error("too long"));
  expect(await failure).toEqual(new Error("too long"));
});
