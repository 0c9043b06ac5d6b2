import { JOB_CLASSES } from "../core/job/job-message.ts";
import type { ReceivedMessage } from "../core/job/job-queue.ts";
import type { Container } from "./container.ts";
import type { Invocation } from "./invocation.ts";

/** One receive for each so many messages. Source: SQS ReceiveMessage, MaxNumberOfMessages. */
const RECEIVE_MAX = 10;

/**
 * Freed slots are filled by the container itself: it asks the queues without waiting, express first. Lambda's
 * MaximumConcurrency doesn't see this work, so time and number are capped, and a fleet with less to do can shrink.
 */
export class Refill {
  readonly #container: Container;
  readonly #invocation: Invocation;
  readonly #untilMs: number;
  #jobs = 0;
  #emptyAtMs = Number.NEGATIVE_INFINITY;
  #expressAtMs = Number.NEGATIVE_INFINITY;

  constructor(container: Container, invocation: Invocation, startedAtMs: number) {
    this.#container = container;
    this.#invocation = invocation;
    this.#untilMs = startedAtMs + container.configuration.refillMs;
  }

  /**
   * Up to as many messages as there are free slots; none when there's no room, no time or nothing to be had.
   * @param insists asks though the queues were empty a moment ago
   */
  async next(nowMs: number, insists = false): Promise<ReceivedMessage[]> {
    const room =
      !insists && nowMs - this.#emptyAtMs < this.#container.configuration.refillPollMs ? 0 : this.#room(nowMs);
    const critical = room <= 0 && this.#mayDisplace(nowMs);
    if (room <= 0 && !critical) return [];
    try {
      const messages = await this.#container.queue.receive(critical ? 1 : room, critical ? ["express"] : undefined);
      if (critical) this.#expressAtMs = nowMs;
      else if (messages.length === 0) this.#emptyAtMs = nowMs;
      this.#jobs += messages.length;
      this.#invocation.meter.refilled(messages.length);
      return messages;
    } catch (error) {
      this.#emptyAtMs = nowMs;
      this.#container.log.warn("refill failed", { error });
      return [];
    }
  }

  /**
   * A full container hears of critical work only by asking: the event source hands it nothing while it is busy. Of what comes at
   * most one job stands in line here; who has made room and waits for its next slot keeps nobody away.
   */
  #mayDisplace(nowMs: number): boolean {
    const { expressPollMs } = this.#container.configuration;
    const { slots } = this.#invocation;
    if (expressPollMs === 0 || nowMs - this.#expressAtMs < expressPollMs || !this.#takesMore(nowMs)) return false;
    return slots.newcomers === 0 && JOB_CLASSES.every((jobClass) => slots.canDisplaceFor(jobClass));
  }

  #takesMore(nowMs: number): boolean {
    const { drained, takesMore } = this.#invocation;
    const { refillJobs, defaultEstimateMs } = this.#container.configuration;
    if (drained.aborted || !takesMore || nowMs >= this.#untilMs || this.#jobs >= refillJobs) return false;
    if (!this.#container.browser.processes.tempRoom().enough) return false;
    return this.#invocation.workMsLeft() >= defaultEstimateMs;
  }

  #room(nowMs: number): number {
    const { slots, sessions } = this.#invocation;
    const { refillJobs } = this.#container.configuration;
    if (slots.waiting > 0 || !this.#takesMore(nowMs)) return 0;
    // Who stands in line for a session has no slot yet, and will want one.
    const free = Math.max(...JOB_CLASSES.map((jobClass) => slots.free(jobClass))) - sessions.waiting;
    return Math.min(RECEIVE_MAX, free, refillJobs - this.#jobs);
  }
}
