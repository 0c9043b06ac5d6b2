import { withDeadline } from "./deadline.ts";
import type { RunningBrowser } from "./running-browser.ts";

/**
 * One round trip to the browser's own process.
 * @throws BrowserDeadlineExceeded, or what Playwright says of a dead browser
 */
export async function ping({ running }: { readonly running: RunningBrowser }, deadlineMs: number): Promise<void> {
  const roundTrip = async () => {
    const session = await running.browser.newBrowserCDPSession();
    await session.send("Browser.getVersion");
    await session.detach();
  };
  await withDeadline(roundTrip(), deadlineMs, "the browser's answer to a ping");
}
