import { inspect } from "node:util";

import type { BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { PermanentFailure, TransientFailure } from "../../../functions/core/job/failures.ts";
import type { Credentials } from "../../../functions/core/session/credentials.ts";
import type { LoginRun } from "../../../functions/strategies/contract/define-login.ts";
import recipeLogin from "../../../functions/strategies/login/recipe-login.ts";
import { logIn } from "../../../functions/strategies/login/recipe/log-in.ts";
import type { LoginInput } from "../../../functions/strategies/login/recipe/login-input.ts";
import { appears } from "../../../functions/strategies/page/appears.ts";
import { CountedBrowser } from "./counted-browser.ts";
import { ACCOUNT, openLoginSite, type LoginSite } from "./login-site.ts";

let browser: CountedBrowser;
let site: LoginSite;
let context: BrowserContext;
let logged: unknown[];
beforeAll(async () => {
  browser = await CountedBrowser.launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  site = await openLoginSite();
  context = await browser.browser.newContext();
  logged = [];
});
afterEach(async () => {
  await context.close();
  await site.close();
});

const type = (name: string, credential: string) => ({ do: "fill", selector: `[name=${name}]`, credential });
const typed = [type("user", "user"), type("password", "password")];
const sendForm = { do: "click", selector: "button", navigates: true };
const signedOut = { paths: ["/login"] };
const refused = { selector: ".login-error" };
const WRONG = { ...ACCOUNT, password: `${ACCOUNT.password}-not` };

interface Login {
  readonly path?: string;
  readonly steps?: readonly object[];
  readonly check?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

async function runOf(login: Login = {}, more: object = { signedOut, refused }): Promise<LoginRun<LoginInput>> {
  const steps = [
    { do: "goto", url: `${site.origin}${login.path ?? "/login"}` },
    ...(login.steps ?? [...typed, sendForm]),
  ];
  const check = { url: `${site.origin}${login.check ?? "/account"}`, selector: ".orders", timeoutMs: 1_200 };
  const deadlineAtMs = Date.now() + (login.timeoutMs ?? 30_000);
  return {
    input: recipeLogin.input.parse({ steps, check, ...more }),
    site: new URL(site.origin).host,
    page: context.pages()[0] ?? (await context.newPage()),
    context,
    signal: login.signal ?? AbortSignal.timeout(40_000),
    remainingMs: () => Math.max(0, deadlineAtMs - Date.now()),
    log: (...line) => void logged.push(line),
  };
}

const signIn = async (credentials: Credentials = ACCOUNT, login: Login = {}, more?: object) =>
  recipeLogin.login(await runOf(login, more), credentials);
const isIn = async (check?: string, more?: object) =>
  recipeLogin.isLoggedIn(await runOf(check === undefined ? {} : { check }, more));
const failureOf = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(() => undefined).catch((error) => error);

describe("logging in", () => {
  test("leaves the context logged in", async () => {
    expect(await isIn()).toBe(false);
    await signIn();
    expect(await isIn()).toBe(true);
    expect(site.log.filter((line) => line === "POST /login")).toHaveLength(1);
    expect(logged).toEqual([]);
  });

  test("waits for what the page sends by itself, so that the next page doesn't cut it off", async () => {
    const steps = [...typed, { do: "click", selector: "button" }];
    await signIn(ACCOUNT, { path: "/inline", steps }, {});
    expect(await isIn()).toBe(true);
    await context.clearCookies();
    await signIn(ACCOUNT, { path: "/inline", steps }, { refused, succeeded: { selector: ".welcome" } });
    expect(await isIn()).toBe(true);
  });

  test("a refusal says so in the site's own words, at whatever status", async () => {
    const words = 'the site refuses the login: "No account ••• with the password •••."';
    const byForm = await failureOf(signIn(WRONG));
    expect(byForm).toBeInstanceOf(PermanentFailure);
    expect(byForm).toMatchObject({ name: "LoginRefused", message: words, at: "refused" });

    const steps = [...typed, { do: "click", selector: "button" }];
    const more = { refused, succeeded: { selector: ".welcome", timeoutMs: 20_000 } };
    const inPage = await failureOf(signIn(WRONG, { path: "/inline", steps }, more));
    expect(inPage).toMatchObject({ name: "LoginRefused" });
    // A step that waits in vain for what only a success brings.
    const waits = [...steps, { do: "wait", selector: ".welcome", timeoutMs: 1_000 }];
    expect(await failureOf(signIn(WRONG, { path: "/inline", steps: waits }))).toMatchObject({ name: "LoginRefused" });
  });

  test("without a rule for refusals the status counts", async () => {
    expect(await failureOf(signIn(WRONG, {}, {}))).toMatchObject({ name: "HttpRefused" });
  });

  test("a site that is down is no refusal, though its page shows the same element", async () => {
    const run = await runOf({ steps: [...typed, { do: "click", selector: "button" }, { do: "wait", load: "load" }] });
    const goDown = (request: { method(): string }) => {
      if (request.method() === "POST") return;
      site.state = "down";
    };
    context.on("requestfinished", goDown);
    const later = await failureOf(recipeLogin.login(run, ACCOUNT));
    expect(later).toBeInstanceOf(TransientFailure);
    expect(later).toMatchObject({ name: "HttpUnavailable" });

    const first = await failureOf(signIn());
    expect(first).toBeInstanceOf(TransientFailure);
    expect(first).toMatchObject({ name: "HttpUnavailable", at: "steps.0 (goto)" });
    await site.close();
    const gone = await failureOf(signIn());
    expect(gone).toBeInstanceOf(TransientFailure);
    expect(gone).toMatchObject({ name: "ConnectionFailed" });
    site = await openLoginSite();
  });

  test("a site that is slow is worth another try", async () => {
    site.state = "slow";
    const steps = [...typed, { ...sendForm, timeoutMs: 300 }];
    const slow = await failureOf(signIn(ACCOUNT, { steps }));
    expect(slow).toBeInstanceOf(TransientFailure);
    expect(slow).toMatchObject({ name: "NavigationTimeout" });
    const short = await failureOf(signIn(ACCOUNT, { timeoutMs: 1_500 }));
    expect(short).toBeInstanceOf(TransientFailure);
  });

  test("a success that doesn't show is worth another try", async () => {
    const failure = await failureOf(signIn(ACCOUNT, {}, { refused, succeeded: { selector: ".cake", timeoutMs: 300 } }));
    expect(failure).toBeInstanceOf(TransientFailure);
    expect(failure).toMatchObject({ name: "LoginUnconfirmed", message: expect.stringMatching(/".cake" didn't come/u) });
  });

  test("a selector that is none is named", async () => {
    const more = { refused: { selector: "p[[" } };
    expect(await failureOf(signIn(ACCOUNT, {}, more))).toMatchObject({
      name: "SelectorInvalid",
      message: '"p[[" is not a valid selector',
    });
  });

  test("a missing credential is named with those that are there, before the site is asked for anything", async () => {
    const failure = await failureOf(signIn({ password: "password", username: "user" }));
    expect(failure).toBeInstanceOf(PermanentFailure);
    expect(failure).toMatchObject({
      name: "CredentialMissing",
      message: 'there is no credential "user"; the stored ones are: password, username',
      at: "steps.1 (fill)",
    });
    expect(await failureOf(signIn({}, { steps: [type("user", "toString")] }))).toMatchObject({
      name: "CredentialMissing",
    });
    expect(site.log).toEqual([]);
  });

  test("an end from outside is told as it is", async () => {
    site.state = "slow";
    const stop = new AbortController();
    const reason = new Error("the session is lost");
    context.on("request", (request) => {
      if (request.method() === "POST") stop.abort(reason);
    });
    expect(await failureOf(signIn(ACCOUNT, { signal: stop.signal }))).toBe(reason);
  });
});

type Failing = { what: string; login?: Login; more?: object; credentials?: Credentials };

describe("nothing of the credentials leaves", () => {
  const inPlace = { do: "click", selector: "button" };
  const failing: readonly Failing[] = [
    {
      what: "an element that can't be filled: Playwright's log quotes the text",
      login: { steps: [...typed, { do: "fill", selector: "[name=off]", credential: "password", timeoutMs: 400 }] },
    },
    {
      what: "an address that holds the form",
      login: { path: "/by-address", steps: [...typed, sendForm, { do: "wait", selector: ".nope", timeoutMs: 300 }] },
    },
    { what: "a refusal that quotes them", more: { refused }, credentials: { ...ACCOUNT, user: "nobody" } },
    {
      what: "an assertion that quotes the page, cut off within the password",
      login: {
        path: "/inline",
        steps: [
          ...typed,
          inPlace,
          { do: "wait", selector: ".login-error" },
          { do: "assert", selector: ".login-error", text: "Welcome" },
        ],
      },
      credentials: { ...ACCOUNT, user: `Canary ${"-".repeat(120)}` },
    },
  ];
  const canary = /canary|c4nary/iu;
  const pieces = (failure: unknown) =>
    inspect([failure, logged], { depth: 12, showHidden: true, maxStringLength: null });

  test.each(failing)("$what", async ({ login, more = {}, credentials = ACCOUNT }) => {
    const failure = await failureOf(signIn(credentials, login, more));
    expect(failure).toBeInstanceOf(Error);
    expect(pieces(failure)).not.toMatch(canary);
    expect(pieces(failure)).not.toContain("xxxx");
    expect((failure as Error).message.length).toBeLessThanOrEqual(500);
  });

  test.each(failing)("twin: left in, they do: $what", async ({ login, more = {}, credentials = ACCOUNT }) => {
    const failure = await failureOf(logIn(await runOf(login, more), credentials));
    expect(failure).toBeInstanceOf(Error);
    expect(pieces(failure)).toMatch(canary);
  });
});

describe("whether one is logged in", () => {
  const pages = ["/account", "/account-401", "/late", "/flash", "/leads-away"];

  test.each(pages)("%s: yes", async (path) => {
    await signIn();
    expect(await isIn(path)).toBe(true);
  });

  test.each(pages)("%s: no", async (path) => {
    expect(await isIn(path)).toBe(false);
  });

  test("/account: no, without a rule for addresses, because the element stays away", async () => {
    expect(await isIn("/account", {})).toBe(false);
  });

  test.each(pages)("%s: a site that is down gives no answer, to nobody", async (path) => {
    await signIn();
    site.state = "down";
    for (const known of [true, false]) {
      if (!known) await context.clearCookies();
      const failure = await failureOf(isIn(path));
      expect(failure).toBeInstanceOf(TransientFailure);
      expect(failure).toMatchObject({ name: "HttpUnavailable", at: "check" });
    }
  });

  test("a page whose own requests fail gives no answer", async () => {
    await signIn();
    site.state = "api-down";
    expect(await failureOf(isIn("/late"))).toMatchObject({
      name: "HttpUnavailable",
      message: expect.stringContaining(`${site.origin}/api/me answered 503; whether`),
    });
    // What says no by itself is enough.
    await context.clearCookies();
    expect(await isIn("/account")).toBe(false);
  });

  test("a lost connection gives no answer", async () => {
    await site.close();
    const failure = await failureOf(isIn());
    expect(failure).toBeInstanceOf(TransientFailure);
    expect(failure).toMatchObject({ name: "ConnectionFailed" });
    site = await openLoginSite();
  });

  test("an element that had less than its time is not one that stays away", async () => {
    const { page, signal } = await runOf();
    const left = [100, 10_000, 10_000];
    const run = { signal, remainingMs: () => left.shift() ?? 0 };
    const waiting = failureOf(appears(run, page, page.locator(".nope"), 200, "check"));
    expect(await waiting).toBeInstanceOf(TransientFailure);
    expect(await waiting).toMatchObject({ name: "OutOfTime", at: "check" });
    const enough = { signal, remainingMs: () => 10_000 };
    expect(await appears(enough, page, page.locator(".nope"), 200, "check")).toBe(false);
  });

  test("listeners are gone afterwards", async () => {
    const run = await runOf();
    const counted = () => {
      const emitter = run.page as unknown as { listenerCount(event: string): number };
      return ["request", "requestfinished", "requestfailed", "response", "framenavigated"].map((event) =>
        emitter.listenerCount(event),
      );
    };
    const before = counted();
    await recipeLogin.login(run, ACCOUNT);
    await recipeLogin.isLoggedIn(run);
    await failureOf(recipeLogin.login(run, WRONG));
    expect(counted()).toEqual(before);
  });
});
