import type { Browser } from "playwright-core";

import { withDeadline } from "./deadline.ts";
import type { Rung } from "./launch-arguments.ts";

const DISCONNECT_MS = 5_000;

/** A browser that is up, launched or attached: what the pool needs of it. `LaunchedBrowser` is one. */
export interface RunningBrowser {
  readonly browser: Browser;
  /** Undefined for an attached one: its process isn't ours. */
  readonly pid?: number;
  /** Its own folder, absolute. Undefined for an attached one. */
  readonly folder?: string;
  readonly rung: Rung | "attached";
  readonly launchMs: number;
  stderrTail(): string;
  /** Settles with how it ended or was disconnected. Never rejects. */
  readonly exited: Promise<string>;
  /** Idempotent and bounded. 0 kills a launched browser at once. */
  close(graceMs: number): Promise<void>;
}

/** Disconnecting is all that an attached browser's close may do: others may be using it. */
export function attachedBrowser(
  connected: { readonly browser: Browser; close(): Promise<void> },
  launchMs: number,
): RunningBrowser {
  const exited = new Promise<string>((resolve) => {
    connected.browser.once("disconnected", () => resolve("disconnected"));
    if (!connected.browser.isConnected()) resolve("disconnected");
  });
  let closing: Promise<void> | undefined;
  return {
    browser: connected.browser,
    rung: "attached",
    launchMs,
    stderrTail: () => "",
    exited,
    // A connection that doesn't close in time is left to itself: there is no process to kill.
    close: () => (closing ??= withDeadline(connected.close(), DISCONNECT_MS, "disconnecting").catch(() => {})),
  };
}
