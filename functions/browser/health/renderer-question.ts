import type { ContextTargets } from "../cdp/steering.ts";
import type { Attachment, CdpMessage } from "../cdp/message.ts";
import { BrowserDeadlineExceeded, withDeadline } from "../deadline.ts";
import { readRendererClocks } from "./renderer-clocks.ts";
import { narrowed, type Candidates, type RendererAnswer } from "./renderer-match.ts";
import { key, type BrowserProcess } from "./process-table.ts";

/** More than a sound page ever takes; one that hangs costs a look this much, once. */
const ANSWER_DEADLINE_MS = 250;
/** Two tell an idle renderer from the rest. */
const QUESTIONS = 4;

/**
 * One page, popup or frame that is asked which renderer it is in. Chromium doesn't tell pids, but a page tells its
 * renderer's CPU time, and /proc has that by pid. Asked on Playwright's own session, which notices nothing: a session of our
 * own would cost 7 ms, and wouldn't be answered at all by a page that hangs. Once enabled, the question is: it interrupts
 * an endless loop.
 */
export class RendererQuestion {
  readonly #attachment: Attachment;
  readonly #ask: ContextTargets["ask"];
  #enabling: Promise<CdpMessage> | undefined;
  #enabled = false;
  #candidates: Candidates | undefined;

  constructor(attachment: Attachment, ask: ContextTargets["ask"]) {
    this.#attachment = attachment;
    this.#ask = ask;
  }

  /** What a page measures for this, it measures from now on: its tasks' time, at a cost that isn't to be seen. Bounded. */
  async enable(): Promise<void> {
    if (this.#enabled) return;
    this.#enabling ??= this.#ask(this.#attachment, "Performance.enable").then((answer) => {
      this.#enabled = answer.error === undefined;
      this.#enabling = undefined;
      return answer;
    });
    await unlessLate(this.#enabling);
  }

  /**
   * Which of these renderers it is in: the candidates that are left, one where it is clear. Bounded.
   * @returns undefined when it didn't answer
   */
  async narrow(renderers: readonly BrowserProcess[]): Promise<readonly string[] | undefined> {
    for (let asked = 0; asked < QUESTIONS && this.#enabled; asked += 1) {
      const possible = renderers.filter((renderer) => this.#candidates?.has(key(renderer)) ?? true);
      const before = readRendererClocks(possible);
      const answer = await this.#answer();
      if (!answer) return undefined;
      this.#candidates = narrowed(this.#candidates, answer, before, readRendererClocks(possible));
      if (this.#candidates.size === 1) return [...this.#candidates.keys()];
      // It is in another renderer than before, whose clock began anew.
      if (this.#candidates.size === 0) this.#candidates = undefined;
    }
    return this.#candidates && [...this.#candidates.keys()];
  }

  async #answer(): Promise<RendererAnswer | undefined> {
    const answer = await unlessLate(this.#ask(this.#attachment, "Performance.getMetrics"));
    const metrics = answer?.result?.["metrics"] as readonly { name: string; value: number }[] | undefined;
    const threadSeconds = metrics?.find(({ name }) => name === "ThreadTime")?.value;
    const processSeconds = metrics?.find(({ name }) => name === "ProcessTime")?.value;
    // It says nothing where it isn't enabled any more.
    if (answer && threadSeconds === undefined) this.#enabled = false;
    return threadSeconds === undefined || processSeconds === undefined ? undefined : { threadSeconds, processSeconds };
  }
}

async function unlessLate(asked: Promise<CdpMessage>): Promise<CdpMessage | undefined> {
  try {
    return await withDeadline(asked, ANSWER_DEADLINE_MS, "a page's answer");
  } catch (error) {
    if (error instanceof BrowserDeadlineExceeded) return undefined;
    throw error;
  }
}
