import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const SERVE = join(import.meta.dirname, "../examples/shop/serve.ts");

export interface SiteProcess {
  readonly origin: string;
  close(): Promise<void>;
}

/** The shop in a process of its own, outside every cell: what it costs is nobody's figure. */
export async function startSite(latencyMs: number): Promise<SiteProcess> {
  const child = spawn(process.execPath, [SERVE, "--latency-ms", String(latencyMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const [origin] = (await Promise.race([
    once(lines, "line"),
    exited.then(() => Promise.reject(new Error("the shop ended before it was up"))),
  ])) as [string];
  return {
    origin,
    close: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
