import type { BrowserContext, Page } from "playwright-core";
import type { z } from "zod";

import type { JobClass } from "../../core/job/job-message.ts";
import type { ArtifactReference } from "../../core/job/job-result.ts";
import type { ResourcePolicy } from "../../core/job/resource-policy.ts";

/**
 * The page of a job, without the doors that lead out of its context: Playwright's `request` sends from the worker's own
 * process, past the browser's cookies, profile and egress rules, and `route` turns the HTTP cache off for the whole page.
 */
export type StrategyPage = Omit<Page, "request" | "context" | "route" | "routeFromHAR" | "routeWebSocket">;
export type StrategyContext = Pick<BrowserContext, "cookies" | "addCookies" | "clearCookies" | "pages"> & {
  newPage(): Promise<StrategyPage>;
};

export interface StrategyProgress {
  readonly stage: string;
  /** The strategy's own cursor: JSON, enough to go on from here. */
  readonly cursor: unknown;
}

/** What a strategy gets for one attempt at a job. */
export interface StrategyRun<Input> {
  readonly input: Input;
  /** Host of the job's site, with its port where one is given. */
  readonly site: string;
  readonly page: StrategyPage;
  readonly context: StrategyContext;
  /** Aborts at the job's deadline, when the lease is lost, and when the container drains. The context closes with it. */
  readonly signal: AbortSignal;
  /** Milliseconds until the deadline; never under 0. */
  remainingMs(): number;
  /**
   * Where the job got to before, in this container or another; undefined at the start. The context holds the cookies and
   * storage of that moment; the page is blank, since whoever goes on with the next page needs no second look at the last.
   */
  readonly resume: StrategyProgress | undefined;
  /** Opens the page that `resume` was saved on, scrolled as it was; only where a strategy needs it. @throws as `page.goto` does */
  reopenPage(): Promise<void>;
  /**
   * Reports progress that a later attempt can go on from. To be called at each such point, between two steps, with nothing
   * under way in the page: it costs nothing where the job's checkpoint policy has nothing to write, else one conditional
   * write. The cursor is JSON of up to 16 MiB; one that is larger is logged, and the last checkpoint stays. Where the job has
   * to leave its container this is where it stops: the call doesn't return then, but throws the signal's reason.
   */
  checkpoint(progress: StrategyProgress): Promise<void>;
  /**
   * Runs a section that touches state which the server keeps for the whole login, such as a search box: no other page of
   * the same session is inside such a section meanwhile. At once where the job has no session, or has it for itself; throws
   * `PermanentFailure` `NotExclusive` under a `shared` session, whose other pages are in other containers. Not reentrant.
   */
  exclusively<Value>(section: () => Promise<Value>): Promise<Value>;
  /** Writes a file to the artifact bucket, under the job's own prefix. The same name written twice keeps the last. */
  artifact(name: string, contentType: string, body: Uint8Array): Promise<ArtifactReference>;
  /** A structured log line under the job's id; strings are bounded. */
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

export interface Strategy<Input = unknown, Output = unknown> {
  /** Kebab-case; the same as the file's name. */
  readonly name: string;
  /** One sentence for `docs/strategies.md`. */
  readonly summary: string;
  /** The class of jobs that don't name one. */
  readonly class: JobClass;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
  readonly resources: ResourcePolicy | ((input: Input) => ResourcePolicy);
  /**
   * `site`: anonymous jobs of one site may follow each other in one warm context, cookies and cache included.
   * @default "none": every job gets a pristine context
   */
  readonly affinity?: "none" | "site";
  run(run: StrategyRun<Input>): Promise<Output>;
}

/** Types a strategy by its schemas. The file's default export. */
export function defineStrategy<Input extends z.ZodType, Output extends z.ZodType>(
  strategy: Omit<Strategy<z.output<Input>, z.output<Output>>, "input" | "output"> & {
    readonly input: Input;
    readonly output: Output;
  },
): Strategy<z.output<Input>, z.output<Output>> {
  // A zod schema's declared input type may differ from its output (defaults); a strategy only ever sees the output.
  return strategy as unknown as Strategy<z.output<Input>, z.output<Output>>;
}
