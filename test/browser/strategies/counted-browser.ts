import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

import { chromium, type Browser } from "playwright-core";

import { PipeTransport } from "../../../functions/browser/cdp/pipe-transport.ts";

/** A transport that counts the commands that pass, by method: each is one round trip. */
class CountingTransport extends PipeTransport {
  readonly sent = new Map<string, number>();

  override send(message: object): void {
    const method = "method" in message ? String(message.method) : "?";
    this.sent.set(method, (this.sent.get(method) ?? 0) + 1);
    super.send(message);
  }
}

/** The layer's Chromium with a counted connection; `close` waits for the process. */
export class CountedBrowser {
  readonly browser: Browser;
  readonly #process: ChildProcess;
  readonly #home: string;
  readonly #transport: CountingTransport;

  private constructor(browser: Browser, child: ChildProcess, home: string, transport: CountingTransport) {
    this.browser = browser;
    this.#process = child;
    this.#home = home;
    this.#transport = transport;
  }

  static async launch(): Promise<CountedBrowser> {
    const dir = process.env["SUBLET_CHROMIUM_DIR"];
    if (dir === undefined) throw new Error("SUBLET_CHROMIUM_DIR must name the layer's chromium folder");
    const home = await mkdtemp(join(tmpdir(), "strategies-"));
    const switches = ["--headless", "--no-sandbox", "--disable-dev-shm-usage", "--mute-audio", "--no-first-run"];
    const child = spawn(
      join(dir, "chromium"),
      [...switches, "--remote-debugging-pipe", `--user-data-dir=${join(home, "profile")}`],
      {
        stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
        env: {
          LD_LIBRARY_PATH: join(dir, "lib"),
          FONTCONFIG_PATH: dir,
          HOME: home,
          TMPDIR: home,
          PATH: "/usr/bin:/bin",
        },
      },
    );
    const transport = new CountingTransport(child.stdio[3] as Writable, child.stdio[4] as Readable);
    const browser = await chromium.connectOverCDP(transport, { isLocal: true, noDefaults: true });
    return new CountedBrowser(browser, child, home, transport);
  }

  /** Commands of these methods sent so far; all of them without an argument. */
  sent(...methods: readonly string[]): number {
    const counts = [...this.#transport.sent].filter(([method]) => methods.length === 0 || methods.includes(method));
    return counts.reduce((sum, [, count]) => sum + count, 0);
  }

  async close(): Promise<void> {
    const exited = this.#process.exitCode === null ? once(this.#process, "exit") : Promise.resolve();
    await this.browser.close();
    this.#transport.close();
    await exited;
    await rm(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}
