import type { SeededRandom } from "../../session/schedules/seeded-random.ts";
import type { SimulatedTime } from "./simulated-time.ts";

export interface SimulatedMessage {
  readonly job: string;
  visibleAtMs: number;
}

/** Shorter than a lease: a job is often offered to others while somebody holds it. */
const VISIBILITY_MS = 5_000;

/** A standard queue: in no strict order, each message at least once, and now and then to two at a time. */
export class SimulatedQueue {
  readonly #time: SimulatedTime;
  readonly #random: SeededRandom;
  readonly #messages = new Set<SimulatedMessage>();
  #twice = 0;

  constructor(time: SimulatedTime, random: SeededRandom) {
    this.#time = time;
    this.#random = random;
  }

  /** Messages that went to two receivers at once. */
  get twice(): number {
    return this.#twice;
  }

  get isEmpty(): boolean {
    return this.#messages.size === 0;
  }

  send(job: string): void {
    this.#messages.add({ job, visibleAtMs: this.#time.nowMs });
  }

  /** Undefined too where the answer is lost: the message is hidden, and nobody has it. */
  receive(): SimulatedMessage | undefined {
    for (const message of this.#messages) {
      if (message.visibleAtMs > this.#time.nowMs || this.#random.chance(0.2)) continue;
      if (this.#random.chance(0.1)) this.#twice += 1;
      else this.hide(message);
      return this.#random.chance(0.02) ? undefined : message;
    }
    return undefined;
  }

  /** For the visibility timeout, or until a message is given back. */
  hide(message: SimulatedMessage, forMs = VISIBILITY_MS): void {
    message.visibleAtMs = this.#time.nowMs + forMs;
  }

  delete(message: SimulatedMessage): void {
    this.#messages.delete(message);
  }
}
