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

/** Progress as it is written down: through JSON, with the context's state where the run dies there. */
export interface SavedProgress extends StrategyProgress {
  readonly state?: Awaited<ReturnType<BrowserContext["storageState"]>>;
}

/** What a test sees of one run, beside the output. */
export interface Trace {
  readonly checkpoints: SavedProgress[];
  readonly artifacts: Map<string, { readonly reference: ArtifactReference; readonly body: Uint8Array }>;
  readonly logged: string[];
}

export interface RunOptions {
  readonly site?: string;
  readonly resume?: SavedProgress;
  /** Die at this report, right after it was saved: the run is aborted, its context closes, and the call throws the reason. */
  readonly dieAtCheckpoint?: number;
  /** Die as soon as this settles, wherever the run is then. */
  readonly dieWhen?: Promise<void>;
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
    const state = options.resume?.state;
    const context = await this.#counted.browser.newContext(state === undefined ? {} : { storageState: state });
    const killed = new AbortController();
    const die = async () => {
      killed.abort(new ContainerDied());
      await context.close();
    };
    void options.dieWhen?.then(die);
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
        signal: AbortSignal.any([killed.signal, AbortSignal.timeout(timeoutMs)]),
        remainingMs: () => Math.max(0, deadlineAtMs - Date.now()),
        resume: options.resume,
        reopenPage: async () => {
          throw new Error("no strategy of Sublet's own needs the page of its checkpoint");
        },
        checkpoint: async (progress) => {
          killed.signal.throwIfAborted();
          saved += 1;
          const dies = saved === options.dieAtCheckpoint;
          const written = JSON.parse(JSON.stringify(progress)) as StrategyProgress;
          trace.checkpoints.push(dies ? { ...written, state: await context.storageState() } : written);
          if (dies) await die();
          killed.signal.throwIfAborted();
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
