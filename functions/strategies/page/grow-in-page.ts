export interface Growth {
  readonly by: "click" | "scroll";
  /** What is clicked, or scrolled into view; null: the end of the page. */
  readonly control: string | null;
  /** What there is more of after each round; null: elements of any kind. */
  readonly items: string | null;
  readonly maxRounds: number;
  /** Stop at so many items; null: no such limit. */
  readonly enough: number | null;
  /** How long one round may take to bring something. */
  readonly roundMs: number;
  /** When to stop beginning rounds and answer. */
  readonly answerWithinMs: number;
}

export interface Grown {
  readonly rounds: number;
  readonly items: number;
  /** `paused`: there is more, and the time of one evaluation is over. */
  readonly ended: "control-gone" | "no-growth" | "enough" | "round-limit" | "paused" | "bad-selector";
}

/**
 * Runs in the page: clicks "load more" or scrolls to the end, and waits for each round's growth, for many rounds in one
 * round trip. Uses nothing from around it.
 */
export async function growInPage(growth: Growth): Promise<Grown> {
  const startedAt = performance.now();
  const count = () =>
    growth.items === null ? document.getElementsByTagName("*").length : document.querySelectorAll(growth.items).length;
  const control = (): HTMLElement | null => {
    if (growth.control === null) return document.documentElement;
    const found = document.querySelector<HTMLElement>(growth.control);
    if (found === null || growth.by === "scroll") return found;
    return found.getClientRects().length === 0 ? null : found;
  };
  const isDisabled = (element: HTMLElement) =>
    element.hasAttribute("disabled") || element.getAttribute("aria-disabled") === "true";

  /** Settles when the document has changed so that `done` holds, or after the limit. */
  const until = (done: () => boolean, limitMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      if (done()) return resolve(true);
      const finish = (result: boolean) => {
        observer.disconnect();
        clearTimeout(timer);
        resolve(result);
      };
      const observer = new MutationObserver(() => done() && finish(true));
      const timer = setTimeout(() => finish(done()), limitMs);
      observer.observe(document.documentElement, { childList: true, subtree: true, attributes: true });
    });
  const push = (element: HTMLElement): void => {
    if (growth.by === "click") return element.click();
    const end = document.scrollingElement ?? document.documentElement;
    // Lists load when the end comes into view: one that is in view already has to leave it first.
    if (end.scrollTop + end.clientHeight >= end.scrollHeight - 2) end.scrollTop = Math.max(0, end.scrollTop - 200);
    end.scrollTop = end.scrollHeight;
    if (growth.control !== null) element.scrollIntoView({ block: "center" });
  };

  let rounds = 0;
  const answer = (ended: Grown["ended"]): Grown => ({ rounds, items: count(), ended });
  try {
    for (;;) {
      if (growth.enough !== null && count() >= growth.enough) return answer("enough");
      if (control() === null) return answer("control-gone");
      if (rounds >= growth.maxRounds) return answer("round-limit");
      if (performance.now() - startedAt > growth.answerWithinMs) return answer("paused");
      const usable = await until(() => {
        const now = control();
        return now === null || !isDisabled(now);
      }, growth.roundMs);
      const target = control();
      if (target === null) return answer("control-gone");
      if (!usable) return answer("no-growth");
      const before = count();
      push(target);
      const grew = await until(() => count() > before || control() === null, growth.roundMs);
      if (count() > before) rounds += 1;
      if (!grew) return answer("no-growth");
    }
  } catch (error) {
    if (error instanceof DOMException && error.name === "SyntaxError")
      return { rounds, items: 0, ended: "bad-selector" };
    throw error;
  }
}
