import type { ContainerLine } from "../../local/runtime/container-log.ts";

/** What the containers of a local run used, summed over their lines. */
export interface FleetUsage {
  readonly invocations: number;
  /** Billed: memory times duration and init, as Lambda's own report lines say it. */
  readonly gbSeconds: number;
  readonly slotSecondsOffered: number;
  readonly slotSecondsUsed: number;
  readonly cpuSeconds: number;
  readonly contextsPeak: number;
  readonly browserLaunches: number;
  /** Logins that sessions took. */
  readonly sessionsRefreshed: number;
}

/** Metrics of the worker's EMF lines, by name; test/unit/cli/fleet-usage.test.ts compares them with the worker's table. */
export const METRIC = {
  slotSecondsOffered: "SlotSecondsOffered",
  slotSecondsUsed: "SlotSecondsUsed",
  cpuSeconds: "CpuSeconds",
  contextsPeak: "ContextsPeak",
  browserLaunches: "BrowserLaunches",
  sessionsRefreshed: "SessionsRefreshed",
} as const;

interface Report {
  readonly type?: unknown;
  readonly record?: { readonly metrics?: { readonly billedDurationMs?: number; readonly memorySizeMB?: number } };
}

/** Adds up container lines as they come. */
export class UsageCounter {
  #usage: FleetUsage = {
    invocations: 0,
    gbSeconds: 0,
    slotSecondsOffered: 0,
    slotSecondsUsed: 0,
    cpuSeconds: 0,
    contextsPeak: 0,
    browserLaunches: 0,
    sessionsRefreshed: 0,
  };
  #started = 0;
  #reported = 0;

  get usage(): FleetUsage {
    return this.#usage;
  }

  /** Invocations that haven't ended. */
  get running(): number {
    return this.#started - this.#reported;
  }

  add({ from, message }: ContainerLine): void {
    if (typeof message !== "object" || message === null) return;
    if (from === "platform") this.#addPlatform(message);
    else if ("_aws" in message) this.#addMetrics(message);
  }

  #addPlatform(message: Report): void {
    if (message.type === "platform.start") this.#started += 1;
    if (message.type !== "platform.report") return;
    this.#reported += 1;
    const { billedDurationMs = 0, memorySizeMB = 0 } = message.record?.metrics ?? {};
    const gbSeconds = (memorySizeMB / 1_024) * (billedDurationMs / 1_000);
    const { invocations, gbSeconds: before } = this.#usage;
    this.#usage = { ...this.#usage, invocations: invocations + 1, gbSeconds: before + gbSeconds };
  }

  #addMetrics(message: Readonly<Record<string, unknown>>): void {
    const value = (name: string) => (typeof message[name] === "number" ? message[name] : 0);
    const before = this.#usage;
    this.#usage = {
      ...before,
      slotSecondsOffered: before.slotSecondsOffered + value(METRIC.slotSecondsOffered),
      slotSecondsUsed: before.slotSecondsUsed + value(METRIC.slotSecondsUsed),
      cpuSeconds: before.cpuSeconds + value(METRIC.cpuSeconds),
      contextsPeak: Math.max(before.contextsPeak, value(METRIC.contextsPeak)),
      browserLaunches: before.browserLaunches + value(METRIC.browserLaunches),
      sessionsRefreshed: before.sessionsRefreshed + value(METRIC.sessionsRefreshed),
    };
  }
}
