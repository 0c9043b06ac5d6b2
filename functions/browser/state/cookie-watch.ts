import type { SnapshotCookie } from "../../core/session/state/session-state.ts";
import type { CookieWatch } from "../context-lease.ts";

export interface CookieWatchOptions {
  /** Bounded. Rejects when the browser doesn't answer. */
  readonly read: () => Promise<readonly SnapshotCookie[]>;
  /** Calls back after each answer that may have changed cookies, until the function that it gives back is called. */
  readonly onAnswer: (listener: () => void) => () => void;
  readonly onCookies: (cookies: readonly SnapshotCookie[], readAtMs: number) => void;
  readonly everyMs: number;
  readonly wallMs: () => number;
  /** Ends the watch without a last read: there is nothing left to be read. */
  readonly ended: AbortSignal;
}

export function watchCookies(options: CookieWatchOptions): CookieWatch {
  const { onAnswer, everyMs, ended } = options;
  const reader = new ChangeReader(options);
  let timer: NodeJS.Timeout | undefined;
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let stopped: Promise<void> | undefined;

  const answered = () => {
    if (timer !== undefined || stopped) return;
    const waitMs = Math.max(0, lastAtMs + everyMs - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      lastAtMs = performance.now();
      void reader.tellChanges();
    }, waitMs).unref();
  };
  const quit = () => {
    unlisten();
    clearTimeout(timer);
    ended.removeEventListener("abort", onEnded);
  };
  const onEnded = () => {
    stopped ??= Promise.resolve();
    quit();
  };
  const unlisten = onAnswer(() => {
    reader.expectChange();
    answered();
  });
  ended.addEventListener("abort", onEnded, { once: true });
  if (ended.aborted) onEnded();
  else void reader.begin();

  const stop = () => {
    quit();
    return reader.tellChanges();
  };
  return { stop: () => (stopped ??= stop()) };
}

/** Reads one after the other, and tells when two differ. */
class ChangeReader {
  readonly #options: CookieWatchOptions;
  #known: string | undefined;
  /** An answer came before the first read was over: it may hold that change already, so there is nothing to compare with. */
  #changedEarly = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(options: CookieWatchOptions) {
    this.#options = options;
  }

  begin(): Promise<void> {
    return this.#next(async () => {
      const known = fingerprint(await this.#options.read());
      if (!this.#changedEarly) this.#known = known;
    });
  }

  expectChange(): void {
    if (this.#known === undefined) this.#changedEarly = true;
  }

  tellChanges(): Promise<void> {
    return this.#next(async () => {
      const readAtMs = this.#options.wallMs();
      const cookies = await this.#options.read();
      const now = fingerprint(cookies);
      if (now === this.#known) return;
      this.#known = now;
      this.#options.onCookies(cookies, readAtMs);
    });
  }

  /** A read that fails tells nothing: the next one may, and the lease says itself what is wrong. */
  #next(read: () => Promise<void>): Promise<void> {
    this.#reading = this.#reading.then(read).catch(() => {});
    return this.#reading;
  }
}

function fingerprint(cookies: readonly SnapshotCookie[]): string {
  return cookies
    .map((cookie) => JSON.stringify(Object.entries(cookie).toSorted(([one], [other]) => (one < other ? -1 : 1))))
    .toSorted()
    .join("\n");
}
