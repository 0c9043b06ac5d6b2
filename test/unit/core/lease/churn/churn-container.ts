import type { LeaseOwner } from "../../../../../functions/core/lease/lease.ts";
import type { SeededRandom } from "../../session/schedules/seeded-random.ts";
import type { SimulatedTime } from "./simulated-time.ts";

/** The answer didn't come; the write may have happened. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

type Request = (nowMs: number) => Promise<unknown>;
type Wait = { readonly kind: "sleep"; readonly ms: number } | { readonly kind: "ask"; readonly request: Request };

/** What one activity in a container does, between its waits. */
export type Steps<Value> = Generator<Wait, Value, unknown>;

export function* sleep(ms: number): Steps<void> {
  yield { kind: "sleep", ms };
}

/** @param request gets the time at which it was written, by the container's own clock */
export function* ask<Answer>(request: (nowMs: number) => Promise<Answer>): Steps<Answer> {
  return (yield { kind: "ask", request }) as Answer;
}

/** After so long a client gives up on an answer. */
const ANSWER_LIMIT_MS = 4_000;

/** One container, with its own clock and its own bad connection. It freezes and dies from outside. */
export class ChurnContainer {
  readonly owner: LeaseOwner;
  readonly random: SeededRandom;
  readonly skewMs: number;
  /** It takes nothing more, and gives back what it has. */
  isLeaving = false;
  #isDead = false;
  #frozenUntilMs = 0;
  readonly #time: SimulatedTime;

  constructor(name: string, skewMs: number, time: SimulatedTime, random: SeededRandom) {
    this.owner = { container: name, invocation: `${name}/1` };
    this.skewMs = skewMs;
    this.random = random;
    this.#time = time;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  nowMs(): number {
    return this.#time.nowMs + this.skewMs;
  }

  /** What it has sent is on its way nevertheless. */
  die(): void {
    this.#isDead = true;
  }

  freeze(ms: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#time.nowMs + ms);
  }

  start(steps: Steps<void>): void {
    this.#go(() => steps.next(), steps);
  }

  #go(step: () => IteratorResult<Wait, void>, steps: Steps<void>): void {
    if (this.#isDead) return;
    const frozenMs = this.#frozenUntilMs - this.#time.nowMs;
    if (frozenMs > 0) return this.#time.in(frozenMs, () => this.#go(step, steps));
    const { done, value } = step();
    if (done === true) return;
    if (value.kind === "sleep") return this.#time.in(value.ms, () => this.#go(() => steps.next(), steps));
    this.#send(
      value.request,
      (answer) => this.#go(() => steps.next(answer), steps),
      () => this.#go(() => steps.throw(new NoAnswer()), steps),
    );
  }

  /**
   * Some requests never arrive, some are sent again by the SDK, word for word, because the first answer was lost; of
   * some no answer comes at all, and some take longer than a lease.
   */
  #send(request: Request, answered: (answer: unknown) => void, failed: () => void): void {
    const nowMs = this.nowMs();
    const luck = this.random.next();
    const wayMs = () =>
      this.random.chance(0.05) ? this.random.between(200, 2 * ANSWER_LIMIT_MS) : this.random.between(2, 60);
    if (luck < 0.01) return this.#time.in(ANSWER_LIMIT_MS, failed);
    if (luck > 0.96) {
      // It may arrive long after its sender gave up, and sent another.
      this.#time.in(ANSWER_LIMIT_MS, failed);
      return this.#time.in(this.random.between(2, 4 * ANSWER_LIMIT_MS), async () => {
        await request(nowMs);
      });
    }
    this.#time.in(wayMs(), async () => {
      const answer = await request(nowMs);
      if (luck < 0.04) {
        this.#time.in(wayMs(), async () => {
          const second = await request(nowMs);
          this.#time.in(wayMs(), () => answered(second));
        });
      } else this.#time.in(wayMs(), () => answered(answer));
    });
  }
}
