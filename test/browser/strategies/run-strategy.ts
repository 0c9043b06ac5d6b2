import { createHash } from "node:crypto";

import type { BrowserContext, Page } from "playwright-core";

import type { ArtifactReference } from "../../../functions/core/job/job-result.ts";
import type { ResourcePolicy } from "../../../functions/core/job/resource-policy.ts";
import type {
  Strategy,
  StrategyProgress,
  StrategyRun,
} from "../../../functions/strategies/contract/define-strategy.ts";
import { CountedBrowser } from "./counted-browser.ts";

/** What a test sees of one run, beside the output. */
export interface Trace {
  readonly checkpoints: StrategyProgress[];
  readonly artifacts: Map<string, { readonly reference: ArtifactReference; readonly body: Uint8Array }>;
  readonly logged: string[];
}

export interface RunOptions {
  readonly site?: string;
  readonly resume?: StrategyProgress;
  /** Die at this checkpoint, right after it was saved. */
  readonly dieAtCheckpoint?: number;
  readonly timeoutMs?: number;
  readonly trace?: Trace;
  /** How sections wait for those of other runs; at once by default. */
  readonly exclusively?: StrategyRun<unknown>["exclusively"];
  /** Sees the context before the strategy does. */
  readonly prepare?: (context: BrowserContext, page: Page) => Promise<void>;
}

export class ContainerDied extends Error {
  override readonly name = "ContainerDied";
}

export function newTrace(): Trace {
  return { checkpoints: [], artifacts: new Map(), logged: [] };
}

/** Contexts for strategies; checkpoints and artifacts stay in memory. */
export class StrategyBrowser {
  readonly #counted: CountedBrowser;

  private constructor(counted: CountedBrowser) {
    this.#counted = counted;
  }

  static async launch(): Promise<StrategyBrowser> {
    return new StrategyBrowser(await CountedBrowser.launch());
  }

  close(): Promise<void> {
    return this.#counted.close();
  }

  /** Protocol commands sent to the browser so far: each is one round trip. */
  sent(...methods: readonly string[]): number {
    return this.#counted.sent(...methods);
  }

  /** Pages that are open in all contexts. */
  get openPages(): number {
    return this.#counted.browser.contexts().flatMap((context) => context.pages()).length;
  }

  /** Parses the input as the worker does, and runs the strategy in a context of its own. */
  async run<Input, Output>(
    strategy: Strategy<Input, Output>,
    message: unknown,
    options: RunOptions = {},
  ): Promise<Output> {
    const trace = options.trace ?? newTrace();
    const timeoutMs = options.timeoutMs ?? 50_000;
    const deadlineAtMs = Date.now() + timeoutMs;
    const input = strategy.input.parse(message);
    const context = await this.#counted.browser.newContext();
    try {
      const page = await context.newPage();
      const policy = typeof strategy.resources === "function" ? strategy.resources(input) : strategy.resources;
      await enforce(policy, context, page);
      await options.prepare?.(context, page);
      let saved = 0;
      const run: StrategyRun<Input> = {
        input,
        site: options.site ?? "shop.example",
        page,
        context,
        signal: AbortSignal.timeout(timeoutMs),
        remainingMs: () => Math.max(0, deadlineAtMs - Date.now()),
        resume: options.resume,
        checkpoint: async (progress) => {
          trace.checkpoints.push(JSON.parse(JSON.stringify(progress)) as StrategyProgress);
          saved += 1;
          if (saved === options.dieAtCheckpoint) throw new ContainerDied();
        },
        exclusively: options.exclusively ?? ((section) => section()),
        artifact: async (name, contentType, body) => {
          const sha256 = createHash("sha256").update(body).digest("hex");
          const reference = { name, uri: `s3://memory/${name}`, contentType, bytes: body.byteLength, sha256 };
          trace.artifacts.set(name, { reference, body });
          return reference;
        },
        log: (text) => void trace.logged.push(text),
      };
      return strategy.output.parse(await strategy.run(run));
    } finally {
      await context.close();
    }
  }
}

const TYPES = { images: "Image", fonts: "Font", media: "Media" } as const;

/** What the worker's context pool does by its own transport: blocked kinds of resources aren't loaded. */
async function enforce(policy: ResourcePolicy, context: BrowserContext, page: Page): Promise<void> {
  const blocked = (["images", "fonts", "media"] as const).filter((kind) => policy[kind] === "block");
  if (blocked.length === 0) return;
  const cdp = await context.newCDPSession(page);
  cdp.on("Fetch.requestPaused", ({ requestId }) => {
    // The page may be gone before the answer comes; then nobody waits for it.
    void cdp.send("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" }).catch(() => undefined);
  });
  await cdp.send("Fetch.enable", { patterns: blocked.map((kind) => ({ urlPattern: "*", resourceType: TYPES[kind] })) });
}
