import { TransientFailure } from "../../../core/job/failures.ts";
import type { LoginRun } from "../../contract/define-login.ts";
import { appears, locating } from "../../page/appears.ts";
import { checkStatus, isUnavailable, open } from "../../page/visit.ts";
import { within } from "../../page/within.ts";
import type { LoginInput } from "./login-input.ts";
import { isSignedOut } from "./signed-out.ts";
import { SiteWatch } from "./site-watch.ts";

const AT = "check";
const SETTLE_MAX_MS = 5_000;
const COUNT_TIMEOUT_MS = 5_000;
const NOT_LOGGED_IN = new Set([401, 403]);

/**
 * Opens the check's page. No means that the site said so: a signed-out address, 401 or 403, or a whole page without the
 * element. Throws `TransientFailure` where the site, or the time, doesn't allow an answer.
 */
export async function checkLogin(run: LoginRun<LoginInput>): Promise<boolean> {
  const watch = new SiteWatch(run.page, run.input.check.url);
  try {
    return await answerOf(run, watch);
  } finally {
    watch.stop();
  }
}

async function answerOf(run: LoginRun<LoginInput>, watch: SiteWatch): Promise<boolean> {
  const { page, input } = run;
  const { url, selector, timeoutMs } = input.check;
  const status = (await open(run, page, url, { at: AT })) ?? 200;
  if (isUnavailable(status)) checkStatus(status, url, AT);
  if (isSignedOut(input, new URL(page.url())) || NOT_LOGGED_IN.has(status)) return false;
  checkStatus(status, url, AT);

  const left = leaving(run);
  try {
    const element = page.locator(selector);
    const found = await Promise.race([appears(run, page, element, timeoutMs, AT), left.promise]);
    if (found === "signed-out") return false;
    if (found) {
      // A script may still find out that nobody is logged in, and lead away.
      await within(run, SETTLE_MAX_MS + COUNT_TIMEOUT_MS, AT, () => watch.settled(SETTLE_MAX_MS));
      if (isSignedOut(input, new URL(page.url()))) return false;
      const count = () => within(run, COUNT_TIMEOUT_MS, AT, () => element.count());
      if ((await locating(run, page, selector, AT, count)) > 0) return true;
    }
  } finally {
    left.stop();
  }
  if (watch.trouble === undefined) return false;
  const text = `"${selector}" isn't there, and ${watch.trouble}; whether one is logged in can't be told`;
  throw new TransientFailure("HttpUnavailable", text, { at: AT });
}

/** Settles when a script or a page leads to an address that says no. */
function leaving({ page, input }: LoginRun<LoginInput>) {
  const { promise, resolve } = Promise.withResolvers<"signed-out">();
  const navigated = () => {
    if (isSignedOut(input, new URL(page.url()))) resolve("signed-out");
  };
  page.on("framenavigated", navigated);
  return { promise, stop: () => void page.off("framenavigated", navigated) };
}
