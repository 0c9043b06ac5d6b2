import type { Identity } from "./context-steering.ts";
import type { CdpMessage, TargetInfo } from "./message.ts";

const WORKERS = new Set(["worker", "shared_worker"]);
const SHOWN_BY = new Set(["page", "iframe", ...WORKERS]);

/** Playwright lets a shared worker go as it comes; only an attachment that stays keeps its identity. */
export function isKeptByUs({ type }: TargetInfo): boolean {
  return type === "shared_worker";
}

/** What gives a target its identity, to be sent before its first script runs. */
export function identityCommands(identity: Identity, { type }: TargetInfo): readonly CdpMessage[] {
  if (!SHOWN_BY.has(type)) return [];
  const { hardwareConcurrency, ...userAgent } = identity;
  const commands: CdpMessage[] = [{ method: "Emulation.setUserAgentOverride", params: { ...userAgent } }];
  if (hardwareConcurrency !== undefined) {
    commands.push({ method: "Emulation.setHardwareConcurrencyOverride", params: { hardwareConcurrency } });
  }
  if (WORKERS.has(type)) {
    commands.push({ method: "Runtime.evaluate", params: { expression: workerScript(identity) } });
  }
  return commands;
}

/**
 * What the browser doesn't override in workers: the platform, and in shared ones the user agent. The getters stay native
 * functions to whoever looks.
 */
function workerScript({ platform, userAgent }: Identity): string {
  const values = { platform, userAgent, appVersion: userAgent.replace(/^Mozilla\//u, "") };
  return `for (const [name, value] of Object.entries(${JSON.stringify(values)})) {
    const described = Object.getOwnPropertyDescriptor(WorkerNavigator.prototype, name);
    const get = new Proxy(described.get, { apply: () => value });
    Object.defineProperty(WorkerNavigator.prototype, name, { ...described, get });
  }`;
}

/**
 * A popup's first request is put together before its target can be told anything: the user agent is set late enough, the
 * client hints aren't. These are the ones that Chrome sends unasked.
 */
export function unaskedHints({
  userAgentMetadata: { brands, platform, mobile },
}: Identity): ReadonlyMap<string, string> {
  return new Map([
    ["sec-ch-ua", brands.map(({ brand, version }) => `"${brand}";v="${version}"`).join(", ")],
    ["sec-ch-ua-mobile", mobile ? "?1" : "?0"],
    ["sec-ch-ua-platform", `"${platform}"`],
  ]);
}
