import { AsyncLocalStorage } from "node:async_hooks";
import { Agent } from "node:http";
import { Socket } from "node:net";

import { PermanentFailure } from "../core/job/failures.ts";

const insideStrategy = new AsyncLocalStorage<{ readonly strategy: string }>();
let installed = false;

/** Runs a strategy so that it can't send requests of its own: whatever it fetches goes through its context. */
export function withoutOutbound<Value>(strategy: string, run: () => Promise<Value>): Promise<Value> {
  install();
  return insideStrategy.run({ strategy }, run);
}

/** For what the worker does on a strategy's behalf, such as saving a checkpoint. */
export function asWorker<Value>(run: () => Promise<Value>): Promise<Value> {
  return insideStrategy.exit(run);
}

/**
 * New connections of Node, TLS and Playwright's own `request` included, start in `Socket.prototype.connect`; kept-alive
 * ones are handed out by `fetch` and by HTTP agents. The browser is another process and isn't touched. Lint keeps
 * strategies from importing the rest (`node:dgram`, `node:child_process` and the like).
 */
function install(): void {
  if (installed) return;
  installed = true;
  guard(Socket.prototype, "connect");
  guard(Agent.prototype, "addRequest");
  guard(globalThis, "fetch");
}

function guard(owner: object, name: string): void {
  const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
  Reflect.set(owner, name, function guarded(this: unknown, ...args: unknown[]): unknown {
    const inside = insideStrategy.getStore();
    if (inside === undefined) return original.apply(this, args);
    throw new PermanentFailure(
      "OutboundRefused",
      `the strategy ${inside.strategy} tried to send a request of its own; use its page, whose context carries the job's cookies, profile and limits`,
    );
  });
}
