import type { LeaseOwner } from "../../../../../functions/core/lease/lease.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** The answer didn't come; the write may have happened. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** What runs between two points at which others may come in between. */
export type Steps<Value> = AsyncGenerator<undefined, Value, undefined>;

/** One container with its own clock and its own bad connection. */
export class SimulatedContainer {
  readonly owner: LeaseOwner;
  readonly random: SeededRandom;
  readonly #trueMs: () => number;
  readonly #skewMs: number;

  constructor(name: string, random: SeededRandom, trueMs: () => number, skewMs: number) {
    this.owner = { container: name, invocation: `${name}/1` };
    this.random = random;
    this.#trueMs = trueMs;
    this.#skewMs = skewMs;
  }

  nowMs(): number {
    return this.#trueMs() + this.#skewMs;
  }

  /**
   * A request that is on the way for a while, as its answer is. Some are sent again by the SDK, word for word, because the
   * first answer was lost; of some no answer comes at all. The time in a request is the time that it was written.
   */
  async *ask<Answer>(request: (nowMs: number) => Promise<Answer>): Steps<Answer> {
    const nowMs = this.nowMs();
    const luck = this.random.next();
    yield;
    if (luck < 0.02) throw new NoAnswer();
    let answer = await request(nowMs);
    if (luck < 0.08) {
      yield;
      answer = await request(nowMs);
    }
    yield;
    if (luck > 0.96) throw new NoAnswer();
    return answer;
  }
}
