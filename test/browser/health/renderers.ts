import { readFile } from "node:fs/promises";

import { liveMembers } from "../../../functions/browser/process-group.ts";

/** The renderer processes of a browser, by its process group. */
export async function renderersOf(group: number): Promise<readonly number[]> {
  const members = await liveMembers(group);
  const commands = await Promise.all(
    members.map(async ({ pid }) => ({
      pid,
      command: await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => ""),
    })),
  );
  return commands.filter(({ command }) => command.includes("--type=renderer")).map(({ pid }) => pid);
}
