/** What a page can say of itself as often as it likes, and what no command of ours waits for. */
const TALK: ReadonlySet<string> = new Set(["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"]);
/** Each costs this process half a millisecond that it owes to the page's neighbours. Playwright keeps a page's last 200. */
const PASSED_A_SECOND = 200;
/** A chatty site may say so much in good faith: its console is turned off, and it works on. */
const MUTED_EVERY = 500;
/** So many fill the browser's own queue, and every neighbour's answer waits in it: dropping them here comes too late. */
const STORM = 3_000;
const WINDOW_MS = 10_000;

/** `mute` and `storm` are dropped too. */
export type TalkVerdict = "pass" | "drop" | "mute" | "storm";

interface Speaker {
  secondBeganMs: number;
  inSecond: number;
  windowBeganMs: number;
  inWindow: number;
}

/** How much pages may say: each session's first 200 console messages and uncaught errors in a second are passed on. */
export class TalkQuota {
  readonly #speakers = new Map<string, Speaker>();

  /**
   * `mute` is said at each 500th thing that a session says within ten seconds: it may hold several speakers. `storm` is said
   * once in that time, at the 3,000th: this one can't be muted.
   */
  judge(method: string | undefined, session: string | undefined, nowMs: number): TalkVerdict {
    if (method === undefined || session === undefined || !TALK.has(method)) return "pass";
    const speaker = this.#speakers.get(session) ?? {
      secondBeganMs: nowMs,
      inSecond: 0,
      windowBeganMs: nowMs,
      inWindow: 0,
    };
    this.#speakers.set(session, speaker);
    if (nowMs - speaker.secondBeganMs >= 1_000) {
      speaker.secondBeganMs = nowMs;
      speaker.inSecond = 0;
    }
    if (nowMs - speaker.windowBeganMs >= WINDOW_MS) {
      speaker.windowBeganMs = nowMs;
      speaker.inWindow = 0;
    }
    speaker.inSecond += 1;
    speaker.inWindow += 1;
    if (speaker.inWindow === STORM) return "storm";
    if (speaker.inWindow % MUTED_EVERY === 0) return "mute";
    return speaker.inSecond > PASSED_A_SECOND ? "drop" : "pass";
  }

  forget(session: string): void {
    this.#speakers.delete(session);
  }
}
