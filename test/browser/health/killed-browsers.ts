import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ProcessTable } from "../../../functions/browser/health/process-table.ts";
import { launchChromium } from "../../../functions/browser/launch.ts";
import { groupEnds, killGroup } from "../../../functions/browser/process-group.ts";

/** Launches and kills browsers, each with three contexts, and prints how many zombies are left. Arguments: count, how. */
const [count, how] = [Number(process.argv[2]), process.argv[3]];
const tempDir = await mkdtemp(join(tmpdir(), "sublet-test-"));
const groups = new Set<number>();
for (let killed = 0; killed < count; killed += 1) {
  const chromiumDir = process.env["SUBLET_CHROMIUM_DIR"] as string;
  const launched = await launchChromium({ chromiumDir, tempDir, rung: "zygote", deadlineMs: 60_000 });
  groups.add(launched.pid);
  const contexts = await Promise.all([1, 2, 3].map(() => launched.browser.newContext()));
  await Promise.all(contexts.map((context) => context.newPage()));
  if (how === "all at once") {
    killGroup(launched.pid);
    await groupEnds(launched.pid, 10_000);
  }
  await launched.close(0);
}
await rm(tempDir, { recursive: true, force: true });
process.stdout.write(String(new ProcessTable().read(groups).zombies));
