import type { CdpMessage } from "./message.ts";

/** All that makes an event of each call. */
const METHODS =
  "log debug info warn error dir dirxml table trace assert count countReset timeEnd timeLog group groupCollapsed groupEnd";

/**
 * `Function.prototype` is a native function that does nothing. Nothing else keeps the messages in the renderer: they come with
 * the Runtime domain, which Playwright can't do without.
 */
const EXPRESSION = `for (const name of "${METHODS}".split(" ")) console[name] = Function.prototype;`;

/**
 * Turns off the console of whoever said this, until its next document, and the log of its session for good. A script that
 * never lets anybody else in isn't reached, nor are uncaught errors.
 */
export function muteCommands({ method, params }: CdpMessage): readonly CdpMessage[] {
  const contextId = params?.["executionContextId"];
  const commands: CdpMessage[] = [{ method: "Log.disable", params: {} }];
  if (method === "Runtime.consoleAPICalled" && typeof contextId === "number")
    commands.push({ method: "Runtime.evaluate", params: { expression: EXPRESSION, contextId } });
  return commands;
}
