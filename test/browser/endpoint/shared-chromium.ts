import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { onTestFinished } from "vitest";

export interface SharedChromium {
  /** `http://127.0.0.1:port` */
  readonly http: string;
  /** `ws://127.0.0.1:port/devtools/browser/…` */
  readonly socket: string;
}

/** The layer's Chromium as somebody else would run it: with a debugging port, on loopback. */
export async function startSharedChromium(): Promise<SharedChromium> {
  const chromiumDir = process.env["SUBLET_CHROMIUM_DIR"] as string;
  const folder = await mkdtemp(join(tmpdir(), "sublet-test-"));
  const child = spawn(
    join(chromiumDir, "chromium"),
    ["--headless", "--no-sandbox", "--remote-debugging-port=0", `--user-data-dir=${folder}`, "about:blank"],
    {
      detached: true,
      env: { LD_LIBRARY_PATH: join(chromiumDir, "lib"), FONTCONFIG_PATH: chromiumDir, HOME: folder, TMPDIR: folder },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const ended = once(child, "exit");
  onTestFinished(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  });
  for await (const line of createInterface(child.stderr)) {
    const socket = /^DevTools listening on (ws:\S+)$/u.exec(line)?.[1];
    if (socket === undefined) continue;
    child.stderr.resume();
    return { http: `http://${new URL(socket).host}`, socket };
  }
  throw new Error("Chromium ended without opening its port");
}
