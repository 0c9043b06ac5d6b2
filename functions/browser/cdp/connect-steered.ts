import { chromium, type Browser, type ConnectOverCDPOptions, type ConnectOverCDPTransport } from "playwright-core";

import { SteeredTransport, type Visibility } from "./steered-transport.ts";
import { rememberTransport } from "./steering.ts";

/** Connects Playwright to a browser in such a way that `steer` reaches its contexts. */
export async function connectSteered(
  transport: ConnectOverCDPTransport,
  options: ConnectOverCDPOptions,
  visibility: Visibility = "every context",
): Promise<Browser> {
  const steered = new SteeredTransport(transport, visibility);
  const browser = await chromium.connectOverCDP(steered, options);
  rememberTransport(browser, steered);
  return browser;
}
