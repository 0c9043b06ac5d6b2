import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";
import { beforeAll, expect, it, onTestFinished } from "vitest";

import { buildChromiumLayer } from "../../layers/chromium/build.ts";
import { externalChrome, type ExternalChrome } from "../browser/browser/external-chrome.ts";
import { SessionStack } from "./session-stack.ts";

beforeAll(async () => {
  const { chromiumDir } = await buildChromiumLayer();
  process.env["SUBLET_CHROMIUM_DIR"] = chromiumDir;
});

const SESSION = "member-1";

interface Desk {
  readonly stack: SessionStack;
  readonly chrome: ExternalChrome;
  /** Paths of the shop that pages of the attached browser have been at, in order. */
  readonly visited: readonly string[];
}

/** A member who is signed in, a browser to attach to, and a manifest that names both. */
async function openDesk(): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), "sublet-desk-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const manifest = join(folder, "manifest.json");
  const statePath = join(folder, `${SESSION}.json`);
  const chrome = await externalChrome();
  // A token of each answer, and none but the newest is good: whoever starts over from the file is turned away.
  const stack = await SessionStack.start({
    containers: 1,
    members: { rotation: true, acceptedTokens: 1 },
    environment: { SUBLET_SESSIONS: manifest },
  });
  onTestFinished(() => stack.close());
  await signIn(stack.origin, chrome.endpoint, statePath);
  const entry = { id: SESSION, statePath, endpoint: chrome.endpoint, site: stack.system.host };
  // Containers read it when they start, and none starts before the first job.
  await writeFile(manifest, JSON.stringify([entry]));
  return { stack, chrome, visited: await watchPages(chrome.endpoint, stack.origin) };
}

/** As a person does it who then hands the state over. */
async function signIn(origin: string, endpoint: string, path: string): Promise<void> {
  const browser = await chromium.connectOverCDP(endpoint);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${origin}/members/login`);
  await page.fill("input[name=user]", SESSION);
  await page.fill("input[name=password]", `${SESSION}-secret`);
  await page.click("form.login button");
  await page.waitForSelector("#member-name");
  await context.storageState({ path });
  await context.close();
  await browser.close();
}

/** By plain CDP: a second Playwright client would attach to the pages and meddle with them. */
async function watchPages(endpoint: string, origin: string): Promise<readonly string[]> {
  const visited: string[] = [];
  const socket = new WebSocket(endpoint);
  onTestFinished(() => socket.close());
  const opened = Promise.withResolvers<void>();
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("error", () => opened.reject(new Error(`no answer at ${endpoint}`)));
  socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const { params } = JSON.parse(data) as { readonly params?: { readonly targetInfo?: { readonly url: string } } };
    const url = params?.targetInfo?.url;
    if (url?.startsWith(origin)) visited.push(url.slice(origin.length));
  });
  await opened.promise;
  socket.send(JSON.stringify({ id: 1, method: "Target.setDiscoverTargets", params: { discover: true } }));
  return visited;
}

/** What the members' area says of who comes. */
function visit({ stack }: Desk, id: string, change: { readonly session?: string } = {}): string {
  const steps = [
    { do: "goto", url: `${stack.origin}/members?by=${id}` },
    { do: "extract", fields: { heading: { selector: "h1" } } },
  ];
  return JSON.stringify({ v: 1, id, strategy: "recipe", site: stack.system.host, input: { steps }, ...change });
}

it("runs in the attached browser, logged in by the manifest's state; a job without it runs elsewhere, as nobody", async () => {
  const desk = await openDesk();
  const { stack, chrome, visited } = desk;
  const mine = ["desk-0", "desk-1", "desk-2"];
  await stack.system.sendToSession(
    SESSION,
    mine.map((id) => visit(desk, id, { session: SESSION })),
  );
  await stack.system.send([visit(desk, "nobody")]);
  const results = await stack.system.results(4, 0);

  const said = new Map(results.map(({ id, kind, output }) => [id, { kind, output }]));
  const says = (heading: string) => ({
    kind: "completed",
    output: expect.objectContaining({ values: { heading } }),
  });
  expect(said).toEqual(
    new Map([...mine.map((id) => [id, says(`Hello, ${SESSION}`)] as const), ["nobody", says("Sign in")]]),
  );

  expect(new Set(visited.filter((path) => path.includes("?by=")))).toEqual(
    new Set(mine.map((id) => `/members?by=${id}`)),
  );
  expect(visited.filter((path) => path.startsWith("/members/login"))).toEqual([]);
  // The one login is the person's: the jobs found theirs in the file, and each the newest token in the record.
  const { events, flights } = stack.system.shop.members.history();
  expect(events.filter(({ kind }) => kind.startsWith("login-")).map(({ kind }) => kind)).toEqual(["login-accepted"]);
  expect(flights[SESSION]?.mostAtOnce).toBe(1);
  expect(await stack.sessions.read(SESSION)).toMatchObject({
    endpoint: chrome.endpoint,
    uses: 3,
    loginFence: 0,
    condition: { kind: "ready" },
  });
  expect(stack.logged("session of the manifest")).toEqual([
    expect.objectContaining({ session: SESSION, outcome: "created" }),
  ]);

  await stack.close();
  expect(chrome.isRunning()).toBe(true);
});
