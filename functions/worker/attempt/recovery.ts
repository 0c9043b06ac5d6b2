import type { ContextLoss } from "../../browser/pooled-context.ts";
import { verdictOf } from "../../core/job/blame.ts";
import type { Outcome } from "../../core/job/outcome.ts";
import type { Container } from "../container.ts";
import type { Invocation } from "../invocation.ts";
import type { AttemptStart } from "./attempt-start.ts";

/** A page that crashes again each time it is restored is given up; what takes whole browsers is judged by `verdictOf`. */
const RENDERERS_MAX = 2;

/** What follows a lost context. */
export type AfterLoss =
  | { readonly kind: "over"; readonly outcome: Outcome }
  | { readonly kind: "go-on" }
  /** It may go on, with nobody beside it. */
  | { readonly kind: "alone"; readonly why: string };

/** Notes each loss of an attempt's contexts, judges it, and says when the job is at work again. */
export class Recovery {
  readonly #container: Container;
  readonly #invocation: Invocation;
  readonly #start: AttemptStart;
  readonly #names: { readonly job: string; readonly lease: string; readonly fence: number };
  #lost: ContextLoss | undefined;
  #lostAtMs: number | undefined;
  #renderers = 0;

  constructor(container: Container, invocation: Invocation, start: AttemptStart, job: string) {
    const { id, fence } = start.lease;
    this.#container = container;
    this.#invocation = invocation;
    this.#start = start;
    this.#names = { job, lease: id, fence };
  }

  /** One write: before the next browser is put at risk, so that what it may cost is known fleet-wide. Never throws. */
  async after(loss: ContextLoss, repeatedMs: number): Promise<AfterLoss> {
    const { story, lease } = this.#start;
    const { leases, log, id } = this.#container;
    const { what, detail, neighbours } = loss;
    this.#lost = loss;
    this.#lostAtMs ??= performance.now();
    log.warn("context lost under a job", { ...this.#names, ...loss, repeatedMs });
    this.#invocation.meter.durability.repeated(repeatedMs);
    const browser = `${id}/${loss.browser}`;
    const fence = lease.fence;
    story.add({ kind: "recovered", atMs: Date.now(), fence, lost: what, detail, browser, neighbours, repeatedMs });
    const noted = await leases.note(lease, story.events, Date.now()).catch((error: unknown) => {
      log.warn("a crash could not be noted in the job's record", { ...this.#names, error });
    });
    if (noted?.kind === "lost") return over({ kind: "lease-lost", detail: `fence ${fence} is over` });
    return this.#judged(loss);
  }

  /** The job has a context again, in the state of its checkpoint. */
  restored(): void {
    if (this.#lostAtMs === undefined || this.#lost === undefined) return;
    const { what } = this.#lost;
    const recoveryMs = Math.round(performance.now() - this.#lostAtMs);
    this.#lostAtMs = undefined;
    this.#start.story.restored(recoveryMs);
    this.#invocation.meter.durability.recovered(what, recoveryMs);
    this.#container.log.info("job goes on after a crash", { ...this.#names, what, recoveryMs });
  }

  #judged({ what, detail, neighbours }: ContextLoss): AfterLoss {
    if (what === "memory" && neighbours === 1) return over(tooLarge(detail));
    const verdict = verdictOf(this.#start.story.events);
    if (verdict.kind === "poison") {
      this.#invocation.meter.durability.count("poisoned");
      return over({ kind: "crashed", what, detail: `${verdict.why}; the last: ${detail}`, poison: true });
    }
    this.#renderers += what === "renderer" ? 1 : 0;
    if (this.#renderers > RENDERERS_MAX) return over({ kind: "crashed", what, detail });
    return verdict.kind === "alone" ? verdict : { kind: "go-on" };
  }
}

function over(outcome: Outcome): AfterLoss {
  return { kind: "over", outcome };
}

function tooLarge(detail: string): Outcome {
  const message = `alone in its container the job took more memory than there is: ${detail}; give the worker more memory, or the job less to load`;
  return { kind: "failed", error: { name: "OutOfMemory", message }, retryable: false };
}
