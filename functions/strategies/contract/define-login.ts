import type { z } from "zod";

import type { Credentials } from "../../core/session/credentials.ts";
import type { ResourcePolicy } from "../../core/job/resource-policy.ts";
import type { StrategyContext, StrategyPage } from "./define-strategy.ts";

/** What a login strategy gets. The page is the session's own; whatever it leaves in the context becomes the session. */
export interface LoginRun<Input> {
  readonly input: Input;
  /** Host of the session's site, with its port where one is given. */
  readonly site: string;
  readonly page: StrategyPage;
  readonly context: StrategyContext;
  /** Aborts when the login takes too long, or the session is lost. */
  readonly signal: AbortSignal;
  /** Milliseconds until the limit; never under 0. */
  remainingMs(): number;
  /** A structured log line under the session's name; strings are bounded, and credentials are blotted out. */
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** How to log in to a kind of site, and how to tell whether one is logged in. One file in strategies/login/, one name. */
export interface LoginStrategy<Input = unknown> {
  /** Kebab-case; the same as the file's name. */
  readonly name: string;
  /** One sentence for `docs/sessions.md`. */
  readonly summary: string;
  readonly input: z.ZodType<Input>;
  readonly resources: ResourcePolicy;
  /**
   * Logs in. Throws where it didn't: `PermanentFailure` when the site refused the credentials or the account, anything
   * else when another try may help.
   */
  login(run: LoginRun<Input>, credentials: Credentials): Promise<void>;
  /** Opens a page and answers whether it is one that only a logged-in visitor sees. */
  isLoggedIn(run: LoginRun<Input>): Promise<boolean>;
  /**
   * Whether a page at this address is one that the site shows only to who isn't logged in, such as its login page. Asked of
   * each main-frame address of a job; the job stops at the first, and goes on after a new login. Answer false when unsure.
   */
  showsSignedOut(input: Input, address: URL): boolean;
}

/** Types a login by its schema. The file's default export. */
export function defineLogin<Input extends z.ZodType>(
  login: Omit<LoginStrategy<z.output<Input>>, "input"> & { readonly input: Input },
): LoginStrategy<z.output<Input>> {
  // As with strategies: a login only ever sees the schema's output.
  return login as unknown as LoginStrategy<z.output<Input>>;
}
