import { PermanentFailure, TransientFailure } from "../../../core/job/failures.ts";
import type { Credentials } from "../../../core/session/credentials.ts";
import type { LoginRun } from "../../contract/define-login.ts";
import { appears, locating } from "../../page/appears.ts";
import { within } from "../../page/within.ts";
import type { RecipeRun } from "../../recipe/recipe-job.ts";
import { runRecipe } from "../../recipe/run-steps.ts";
import type { LoginStep, Step } from "../../recipe/steps.ts";
import type { LoginInput } from "./login-input.ts";
import { SiteWatch } from "./site-watch.ts";

const SETTLE_MAX_MS = 15_000;
const READ_TIMEOUT_MS = 2_000;
const GRACE_MS = 2_000;

/** Runs the steps and looks at what the site made of them. Its errors may quote credentials. */
export async function logIn(run: LoginRun<LoginInput>, credentials: Credentials): Promise<void> {
  const steps = run.input.steps.map((step, index) => filledIn(step, credentials, index));
  const watch = new SiteWatch(run.page, run.input.check.url);
  try {
    await runRecipe(recipeRun(run), steps);
    await confirm(run, watch);
  } catch (error) {
    if (run.signal.aborted) throw error;
    if (watch.isDown && error instanceof TransientFailure) throw error;
    if (watch.isDown) watch.checkDocument("login");
    // The site's own word explains more than the step that it made fail.
    throw (await refusalOf(run).catch(() => undefined)) ?? error;
  } finally {
    watch.stop();
  }
}

function filledIn(step: LoginStep, credentials: Credentials, index: number): Step {
  if (step.do !== "fill") return step;
  const { credential, value, ...fill } = step;
  if (credential === undefined) return { ...fill, value: value ?? "" };
  const secret = Object.hasOwn(credentials, credential) ? credentials[credential] : undefined;
  if (secret !== undefined) return { ...fill, value: secret };
  const known = Object.keys(credentials).toSorted().join(", ");
  const text = `there is no credential "${credential}"; the stored ones are: ${known === "" ? "none" : known}`;
  throw new MissingCredential(text, `steps.${index} (fill)`);
}

/** Names keys and never values. */
export class MissingCredential extends PermanentFailure {
  constructor(text: string, at: string) {
    super("CredentialMissing", text, { at });
  }
}

async function confirm(run: LoginRun<LoginInput>, watch: SiteWatch): Promise<void> {
  const { page, input } = run;
  const { succeeded, refused } = input;
  let came = false;
  if (succeeded !== undefined) {
    const through = page.locator(succeeded.selector);
    const either = refused === undefined ? through : through.or(page.locator(refused.selector));
    came = await appears(run, page, either, succeeded.timeoutMs, "succeeded");
  }
  // What the site sends after its answer belongs to the login too: leaving the page at once would cut it off.
  await within(run, SETTLE_MAX_MS + GRACE_MS, "login", () => watch.settled(SETTLE_MAX_MS));
  if (watch.isDown) watch.checkDocument("login");
  const refusal = await refusalOf(run);
  if (refusal !== undefined) throw refusal;
  if (succeeded === undefined) return watch.checkDocument("login");
  if (came) return;
  const trouble = watch.trouble === undefined ? "" : `; ${watch.trouble}`;
  const text = `"${succeeded.selector}" didn't come within ${succeeded.timeoutMs} ms; the page is ${page.url()}${trouble}`;
  throw new TransientFailure("LoginUnconfirmed", text, { at: "succeeded" });
}

/** What the site says against the login; undefined where it says nothing, or nobody knows where it would. */
async function refusalOf(run: LoginRun<LoginInput>): Promise<PermanentFailure | undefined> {
  const { page, input } = run;
  if (input.refused === undefined) return undefined;
  const element = page.locator(input.refused.selector).first();
  const read = () => within(run, READ_TIMEOUT_MS, "refused", () => element.allTextContents());
  const [text] = await locating(run, page, input.refused.selector, "refused", read);
  if (text === undefined) return undefined;
  const words = text.replaceAll(/\s+/gu, " ").trim();
  return new PermanentFailure("LoginRefused", `the site refuses the login: "${words}"`, { at: "refused" });
}

/** A login has its session for itself; the schema lets no step through that writes a file. */
function recipeRun(run: LoginRun<LoginInput>): RecipeRun {
  return {
    page: run.page,
    context: run.context,
    signal: run.signal,
    remainingMs: () => run.remainingMs(),
    exclusively: (section) => section(),
    artifact: () => Promise.reject(new PermanentFailure("NoArtifacts", "a login writes no files")),
  };
}
