import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { onTestFinished } from "vitest";

import { chromiumDir, temporaryFolder } from "./pool-fixture.ts";

export interface ExternalChrome {
  /** `ws://127.0.0.1:…/devtools/browser/…` */
  readonly endpoint: string;
  readonly pid: number;
  readonly isRunning: () => boolean;
  readonly kill: () => Promise<void>;
}

/** A Chrome that somebody else runs, with its debugging port on loopback. */
export async function externalChrome(): Promise<ExternalChrome> {
  const folder = await temporaryFolder();
  const directory = chromiumDir();
  const child = spawn(
    join(directory, "chromium"),
    ["--headless", "--no-sandbox", "--remote-debugging-port=0", `--user-data-dir=${folder}`],
    {
      env: { HOME: folder, TMPDIR: folder, LD_LIBRARY_PATH: join(directory, "lib"), FONTCONFIG_PATH: directory },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  for await (const line of createInterface({ input: child.stderr })) {
    const endpoint = /DevTools listening on (ws:\S+)/u.exec(line)?.[1];
    if (endpoint === undefined) continue;
    child.stderr.resume();
    const { pid = 0 } = child;
    return { endpoint, pid, isRunning: () => child.exitCode === null && child.signalCode === null, kill };
  }
  throw new Error("the Chrome ended before it listened");
}
